package language

import (
	"strings"
	"testing"
)

// texts are paragraphs of ordinary prose.
var texts = map[string]string{
	"English":    "The hive should stand where the morning sun reaches it first, because bees that warm up early fly out early. A hedge or a fence behind it keeps the wind away, and a metre of free space before the entrance is enough for them to rise above the heads of people. Neighbours who are asked before the first box arrives are seldom angry later, and a jar of honey in autumn helps more than any letter. Water has to be near, or the bees will find it in the pool next door, where nobody wants them.",
	"German":     "Der Bienenstock sollte dort stehen, wo ihn die Morgensonne zuerst erreicht, denn Bienen, die früh warm werden, fliegen auch früh aus. Eine Hecke oder ein Zaun dahinter hält den Wind ab, und ein Meter freier Raum vor dem Flugloch genügt, damit sie über die Köpfe der Leute steigen. Nachbarn, die vor der ersten Kiste gefragt werden, sind später selten verärgert, und ein Glas Honig im Herbst hilft mehr als jeder Brief. Wasser muss in der Nähe sein, sonst finden die Bienen es im Becken nebenan.",
	"French":     "La ruche doit se trouver là où le soleil du matin l'atteint en premier, car les abeilles qui se réchauffent tôt sortent tôt. Une haie ou une clôture derrière elle la protège du vent, et un mètre d'espace libre devant l'entrée suffit pour qu'elles passent au-dessus des têtes. Les voisins à qui l'on demande leur avis avant l'arrivée de la première caisse sont rarement fâchés plus tard, et un pot de miel en automne aide plus que n'importe quelle lettre. Il faut de l'eau à proximité.",
	"Spanish":    "La colmena debe estar donde el sol de la mañana la alcance primero, porque las abejas que se calientan temprano salen temprano. Un seto o una valla detrás la protege del viento, y un metro de espacio libre delante de la entrada basta para que pasen por encima de las cabezas. Los vecinos a quienes se pregunta antes de que llegue la primera caja rara vez se enfadan después, y un tarro de miel en otoño ayuda más que cualquier carta. El agua tiene que estar cerca, o las abejas la buscarán.",
	"Russian":    "Улей должен стоять там, где его раньше всего достигает утреннее солнце, потому что пчёлы, которые рано согреваются, рано и вылетают. Живая изгородь или забор позади защищает его от ветра, а метра свободного места перед летком достаточно, чтобы они поднимались над головами людей. Соседи, которых спросили до появления первого ящика, потом редко сердятся, а банка мёда осенью помогает больше, чем любое письмо. Вода должна быть рядом, иначе пчёлы найдут её в соседнем бассейне.",
	"Japanese":   "巣箱は朝日が最初に当たる場所に置くとよいでしょう。早く暖まった蜂は早く飛び立つからです。後ろに生け垣や柵があれば風を防げますし、入り口の前に一メートルの空きがあれば、蜂は人の頭の上を越えて飛んでいきます。最初の箱が届く前に相談された隣人は、あとで怒ることがほとんどありません。",
	"Chinese":    "蜂箱应该放在早晨阳光最先照到的地方，因为早早暖和起来的蜜蜂会早早出去采蜜。后面有树篱或栅栏可以挡风，入口前留出一米的空间，蜜蜂就能从人的头顶上飞过。在第一个箱子运来之前就征求过意见的邻居，以后很少会生气，秋天送一罐蜂蜜比写什么信都管用。",
	"Korean":     "벌통은 아침 햇살이 가장 먼저 닿는 곳에 두는 것이 좋습니다. 일찍 따뜻해진 벌은 일찍 날아가기 때문입니다. 뒤에 울타리가 있으면 바람을 막아 주고, 입구 앞에 일 미터 정도의 공간이 있으면 벌들이 사람들의 머리 위로 날아오릅니다.",
	"Portuguese": "A colmeia deve ficar onde o sol da manhã a alcança primeiro, porque as abelhas que se aquecem cedo saem cedo. Uma sebe ou uma cerca atrás dela protege do vento, e um metro de espaço livre diante da entrada é suficiente para que passem por cima das cabeças das pessoas. Os vizinhos que são consultados antes da chegada da primeira caixa raramente se zangam depois, e um pote de mel no outono ajuda mais do que qualquer carta. A água tem de estar perto, ou as abelhas vão procurá-la.",
}

func TestATextInAnotherLanguageIsFound(t *testing.T) {
	for asked := range texts {
		l, ok := Of(asked)
		if !ok {
			t.Fatalf("%s is not known", asked)
		}
		for in, text := range texts {
			got := l.Wrong(text)
			switch {
			case in == asked && got != "":
				t.Errorf("%s is taken for %s", in, got)
			case in != asked && got != in && !(got == "" && strings.Contains("Spanish Portuguese", in) && strings.Contains("Spanish Portuguese", asked)):
				t.Errorf("%s where %s was asked for: %q", in, asked, got)
			}
		}
	}
}

func TestAFewWordsOfAnotherLanguageAreNoOtherLanguage(t *testing.T) {
	l, _ := Of("English")
	for _, text := range []string{
		"",
		"The Japanese word is 蜂箱, hachibako, and it means hive.",
		"In Russian, a hive is улей; bees are пчёлы, and honey is мёд. The words are old, and they are close to those of other Slavic languages.",
		"Bonjour, merci, s'il vous plaît: three words and you are welcome everywhere.",
		strings.Repeat("config.yaml nginx localhost systemd journalctl kubectl grep awk sed ", 12),
		"Water, sun, wind.",
		"Mix well.",
		"Jürgen Müller, Åsa Lindström, Søren Kjær, Łukasz Wiśniewski and François Lefèvre won the prize in Gdańsk; Zoë Núñez and Noël Brontë came second.",
		"“Ich bin ein Berliner,” he said, and the crowd on the square cheered. “Lasst sie nach Berlin kommen.” The speech is still quoted today.",
		"Run `docker compose up -d --build`, then `kubectl apply -f deployment.yaml`, and open http://localhost:8080/admin in a browser.",
		"The order Hymenoptera holds Apis mellifera, Bombus terrestris, Osmia bicornis, Xylocopa violacea, and Andrena fulva.",
		"Spaghetti aglio e olio, risotto alla milanese, pollo alla cacciatora, ossobuco in gremolata: the menu does not change, and nobody asks for it.",
		"lorem ipsum dolor sit amet",
		"C++, C#, F#, Go, Rust, OCaml, Haskell, Erlang, Elixir, Kotlin, Swift, Zig, Nim",
		"Ingredients: 200 g flour, 3 eggs, 1 tsp salt, 250 ml milk, butter.",
	} {
		if got := l.Wrong(text); got != "" {
			t.Errorf("taken for %s: %s", got, text)
		}
	}
}

func TestLanguagesAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]string{
		"English": "English", "english": "English", "en": "English", "en-GB": "English", "British English": "English", "American English": "English", "US English": "English",
		"German": "German", "Deutsch": "German", "de": "German", "de-AT": "German", "Swiss German": "German", "Français": "French", "fra": "French",
		"Brazilian Portuguese": "Portuguese", "Portuguese (Brazil)": "Portuguese", "pt_BR": "Portuguese", "Chinese": "Chinese", "Simplified Chinese": "Chinese", "zh": "Chinese", "中文": "Chinese", "ja": "Japanese",
		"Norwegian": "Norwegian", "Mandarin": "Chinese", "Polish": "Polish", "Ελληνικά": "Greek",
	} {
		if l, ok := Of(name); !ok || l.String() != want {
			t.Errorf("%q is %q, want %q", name, l, want)
		}
	}
	for _, name := range []string{"", "Klingon", "plain", "formal", "the reader's"} {
		if l, ok := Of(name); ok {
			t.Errorf("%q is %q", name, l)
		}
	}
}

// The common words are a short cut for texts that are as they should be, and
// never for others.
func TestCommonWordsTellALanguageFromOthers(t *testing.T) {
	for asked := range texts {
		l, _ := Of(asked)
		for in, text := range texts {
			similar := in == asked || strings.Contains("Spanish Portuguese", in) && strings.Contains("Spanish Portuguese", asked)
			if l.plainly(text) && !similar {
				t.Errorf("%s passes for %s", in, asked)
			}
			if in == asked && common[l.lang] != nil && !l.plainly(text) {
				t.Errorf("%s does not pass for itself", in)
			}
		}
	}
}
