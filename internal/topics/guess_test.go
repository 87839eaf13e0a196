package topics

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Files of a few topics, as spreadsheets save them where each language is written.
func TestTheEncodingOfAFileIsGuessed(t *testing.T) {
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
		text []string
	}{
		{"windows-1252", charmap.Windows1252, []string{"Titel,Schlagwort\nWie man Bienen füttert,Größe\nÜber Äpfel,Öl\n", "Titre,Mot-clé\nÉlever des abeilles à la maison,ruche\nLe goût du café,crème\n", "Título\nCómo criar abejas en el jardín\n¿Qué comen los niños?\n"}},
		{"windows-1251", charmap.Windows1251, []string{"тема,ключевое слово\nКак ухаживать за пчёлами,мёд\nЛучшие рецепты,борщ\n"}},
		{"windows-1250", charmap.Windows1250, []string{"tytuł,słowo\nJak hodować pszczoły w mieście,ule\nŻółte kwiaty na łące,wiosna\n", "název\nJak chovat včely ve městě\nPříliš žluťoučký kůň\n"}},
		{"windows-1254", charmap.Windows1254, []string{"başlık\nŞehirde arı nasıl beslenir\nİstanbul'da gezilecek yerler\nDoğru ağaç seçimi\n"}},
		{"windows-1253", charmap.Windows1253, []string{"τίτλος\nΠώς να φροντίζετε μέλισσες\nΤα καλύτερα βιβλία\n"}},
		{"windows-1257", charmap.Windows1257, []string{"nosaukums\nKā audzēt bites pilsētā\nLabākās grāmatas bērniem\nČetri ieteikumi\n"}},
		{"windows-874", charmap.Windows874, []string{"หัวข้อ\nวิธีเลี้ยงผึ้งในเมือง\nสูตรอาหารไทย\n"}},
		{"koi8-r", charmap.KOI8R, []string{"тема,ключевое слово\nКак ухаживать за пчёлами,мёд\nЛучшие рецепты,борщ\n"}},
		{"shift_jis", japanese.ShiftJIS, []string{"キーワード,検索数\n桃太郎の話,100\nしふと じす,5\n", "桃太郎,イヌ\n猿,キジ\n", "店舗_名称,市町村\n道の駅かづの,鹿角市\n水晶山スキー場,鹿角市\n", "col,name\n1,飲料用 ヨーグルト\n", "タイトル\n在宅勤務の始め方\n東京で一番安い新聞の読み方\n", "名前\n山田太郎\n鈴木一郎\n佐藤花子\n"}},
		{"euc-jp", japanese.EUCJP, []string{"キーワード,検索数\n桃太郎の話,100\nしふと じす,5\n", "col,name\n1,飲料用 ヨーグルト\n", "タイトル\n在宅勤務の始め方\n東京で一番安い新聞の読み方\n"}},
		{"gb18030", simplifiedchinese.GB18030, []string{"标题,关键词\n如何在家养蜂,蜂蜜\n最好的减肥方法,健康\n", "sym,name\n000009,中国宝安\n600036,招商银行\n", "选题\n新手怎么学习做饭\n上海旅游攻略\n", "一乾二净:一干二净\n不三不四:不正派\n"}},
		{"big5", traditionalchinese.Big5, []string{"標題,關鍵字\n如何在家養蜂,蜂蜜\n最好的減肥方法,健康\n", "題目\n台北美食推薦\n新手如何學習投資\n"}},
		{"euc-kr", korean.EUCKR, []string{"제목,키워드\n도시에서 꿀벌 키우는 방법,벌꿀\n서울 맛집 추천,여행\n", "키워드\n다이어트 식단\n강아지 사료 추천\n", "이름\n홍길동\n김철수\n"}},
	} {
		for _, text := range c.text {
			raw, err := c.enc.NewEncoder().String(text)
			if err != nil {
				t.Fatalf("%s %q: %v", c.name, text, err)
			}
			if got := guess([]byte(raw)); got[0].name != c.name {
				t.Errorf("%s taken for %s %.2f (then %s %.2f): %q read as %q", c.name, got[0].name, got[0].score, got[1].name, got[1].score, text, got[0].of([]byte(raw)))
			}
		}
	}
}
