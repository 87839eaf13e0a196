package topics_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nightpress/nightpress/internal/topics"
)

// The tables have the columns and cells of files that people keep in public.
func TestTheHintNamesTheColumnThatHoldsTopics(t *testing.T) {
	long := strings.Repeat("I want you to act as a Linux terminal and reply with its output. ", 6)
	for name, c := range map[string]struct{ text, want string }{
		"a code in front of the name":  {"SKU,Name1,Name2\nSKU20240409_141947_I WILL NOT COMPLY,I WILL NOT,COMPLY\nSKU20240409_141948_THERE IS POWER,THERE IS,POWER\n", `"Name1"`},
		"prompts and who acts":         {"act,prompt,for_devs\nLinux Terminal," + long + ",TRUE\nEnglish Translator and Improver," + long + ",FALSE\n", `"act"`},
		"short prompts":                {"id,prompt\n1,Why do cats purr\n2,How bees find home\n", `"prompt"`},
		"a column of names left blank": {"Name,Company,Valuation ($B),Country\n,Byte Dance Group,220,China\n,Space Exploration,150,United States\n", `"Company"`},
		"a log":                        {"user_id,attempt_time,success,ip_address\n1,2026-01-02,true,10.0.0.1\n2,2026-01-03,false,10.0.0.2\n", ""},
		"a log with messages":          {"timestamp,level,message\n2026-01-02T03:04:05Z,INFO,the server is ready\n2026-01-02T03:04:06Z,INFO,a client has come\n", `"message"`},
		"numbers alone":                {"a,b,c\n1,2,3\n4,5,6\n", ""},
		"pages and not queries":        {"Pages les plus populaires,Clics,Impressions,CTR,Position\nhttps://example.org/a,1,2,50%,3\nhttps://example.org/b,1,3,33%,4\n", ""},
		"queries of Search Console":    {"Requêtes les plus fréquentes,Clics,Impressions,CTR,Position\nmichelin,1,2,50%,3\npneu hiver,1,3,33%,4\n", `"Requêtes les plus fréquentes"`},
		"a name and its description":   {"company_id,company_name,short_description,batch\n1,Lumen Biology,Decipher diseases using protein networks,S20\n2,Red Crew,A marketplace for trained workers,W21\n", `"company_name"`},
		"tracks":                       {"track_id,track_name,artist_name,tempo\n3kXz81,Ghost World,Ann,120\n8sKq22,Get Started,Ann,128\n", `"track_name"`},
		"lists and flags":              {"id,weak,status,subject line\nu1,\"[\"\"a\"\",\"\"b\"\"]\",x,Cells and how they divide\nu2,[],y,Genes and what they do\n", `"subject line"`},
		"a calendar in French":         {"Date,Titre,Statut,Auteur\n4/3/2026,Choisir un pneu hiver,brouillon,Anne\n11/3/2026,Rouler en hiver,brouillon,Luc\n", `"Titre"`},
		"questions in Turkish":         {"Kategori,Soru,Şık A,Şık B\nTarih,Osmanlı ne zaman kuruldu?,1299,1453\nTarih,Cumhuriyet ne zaman ilan edildi?,1923,1920\n", `"Soru"`},
		"a WordPress export":           {"ID,post_author,post_date,post_content,post_title,post_status\n4,1,2026-01-02," + long + ",The gods of Greece,publish\n9,1,2026-01-03," + long + ",Jason and the fleece,draft\n", `"post_title"`},
		"two languages":                {"week,slug,title_zh,title_en\n1,debt,国际债务追收,International debt collection\n2,letter,律师函与诉讼,Demand letter or lawsuit\n", `"title_en"`},
	} {
		_, err := open(t, "a.csv", c.text, topics.Options{})
		var fault *topics.Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := "--topic-column " + c.want
		if c.want == "" {
			want = "--topic-column NAME, where NAME is the column that holds what the posts are about"
		}
		if fault.Hint() != want && fault.Hint() != strings.ReplaceAll(want, `"`, "") {
			t.Errorf("%s: the hint is %s, want %s", name, fault.Hint(), want)
		}
	}
}
