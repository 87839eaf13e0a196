package topics

import (
	"slices"
	"strings"
)

// topicNames are names of columns that hold what a post is about, in many
// languages, as prompts and columns have them. The first that a file has is
// the likeliest.
var topicNames = strings.Fields(`topic topics title titles headline headlines blog_title post_title article_title
	blog_topic subject question questions query queries search_query search_term keyword keywords phrase product product_name
	name prompt prompts idea ideas item h1 working_title content_title post_name article article_name event recipe book movie top_queries
	requêtes_les_plus_fréquentes häufigste_suchanfragen principales_consultas query_più_frequenti en_çok_yapılan_sorgular
	thema themen titel überschrift beitragstitel schlagwort schlüsselwort suchbegriff keyword_de frage produkt produktname
	titres requêtes sujet sujets titre mot_clé mots_clés motclé requête question_fr produit
	konu konular başlık baslik anahtar_kelime soru ürün urun
	preguntas palabras_clave títulos assunto assuntos palavras_chave perguntas tema temas título titulo palabra_clave pregunta producto palavra_chave pergunta produto
	argomento argomenti titoli domande titolo parola_chiave domanda prodotto onderwerp trefwoord zoekwoord vraag
	ämne rubrik sökord fråga emne overskrift tittel søkeord nøgleord spørgsmål aihe otsikko hakusana
	tematy pytania słowa_kluczowe temat tytuł słowo_kluczowe pytanie téma název klíčové_slovo cím tárgy kulcsszó subiect titlu
	тема темы тематика идея идеи заголовки вопросы запросы ключевые_слова заголовок название ключевое_слово запрос вопрос ключова_фраза θέμα τίτλος
	选题 话题 题目 问题 文章标题 主题 标题 关键词 題目 标题名 主題 標題 關鍵字 トピック タイトル キーワード 題名 テーマ お題 記事タイトル 質問 ネタ 주제 질문 제목들 글감 제목 키워드 이름 상품명 名前 名称 商品名 店舗名 产品名称 موضوع عنوان الموضوع العنوان الكلمة_المفتاحية السؤال المنتج נושא כותרת מילת_מפתח שאלה מוצר विषय शीर्षक कीवर्ड प्रश्न chủ_đề tiêu_đề từ_khóa หัวข้อ ชื่อเรื่อง คำหลัก judul topik kata_kunci naslov`)

// otherNames are names of other columns. They show that a row is a header.
var otherNames = strings.Fields(`id no nr sr_no s_no sno number row index rank position pos slug url uri link permalink handle category
	categories tag tags type status state date publish_date published due_date deadline day week month year time author owner
	assignee writer editor description meta_description excerpt summary notes note comment comments audience target_audience
	persona goal intent search_intent volume search_volume avg_monthly_searches monthly_searches difficulty keyword_difficulty kd
	cpc cpc_usd competition competition_indexed_value trend trends results serp_features parent_keyword traffic clicks impressions
	ctr currency language lang locale country region channel platform format content_type funnel_stage stage priority cta
	image image_url image_src price sku vendor brand body body_html content text answer words word_count length tone style seed
	variant_sku option1_name option1_value product_type email count score level source group cluster section parent
	featured label metric value quantity device devices page pages top_pages ip ip_address timestamp created_at updated_at email
	appareil appareils pays pages_les_plus_populaires clics campaign ad_group criterion_type city industry
	kategorie datum beschreibung autor zielgruppe sprache preis anzahl suchvolumen wettbewerb catégorie date_de_publication auteur
	langue volume_de_recherche prix kategori tarih yazar dil açıklama durum fecha autor_es categoría categoria data autore descrizione
	descripción descrição estado idioma precio preço stato lingua prezzo auteur_nl datum_nl taal omschrijving beskrivning språk
	дата автор категория описание язык 日期 作者 分类 描述 类别 日付 著者 カテゴリ 날짜 저자 카테고리 설명 検索数 検索ボリューム 住所 市町村 価格 상태 状态 狀態 状態 备注 備考 メモ 비고 الحالة التاريخ الفئة الوصف الكاتب סטטוס מצב תאריך קטגוריה תיאור מחבר статус состояние स्थिति दिनांक श्रेणी trạng_thái ngày danh_mục สถานะ วันที่ หมวดหมู่ stan data_publikacji stav stato estado`)

// qualifiers may stand before a name: "Blog Title", "Target Keyword".
var qualifiers = strings.Fields(`blog post article page seo target main primary secondary focus working content search product video
	the new proposed suggested meta web site website your user final draft campaign ad ads social media newsletter podcast episode
	original english german french spanish turkish list of book course recipe top
	task card issue story project lesson chapter event company brand song track movie film game city country hotel restaurant dish document note`)

// isTopicName reports whether a normalised name is one of a column of topics.
func isTopicName(name string) bool { return topicRank(name) >= 0 }

// topicRank is the place of a name among topicNames, -1 for none. A qualified
// name comes after the same name alone.
func topicRank(name string) int {
	if i := slices.Index(topicNames, name); i >= 0 {
		return 2 * i
	}
	// "Name1" and "title_2" are names too.
	if bare := strings.TrimRight(strings.TrimRight(name, "0123456789"), "_"); bare != name && bare != "" {
		return topicRank(bare)
	}
	if at := strings.LastIndexByte(name, '_'); at > 0 {
		for _, q := range strings.Split(name[:at], "_") {
			if !slices.Contains(qualifiers, q) {
				return -1
			}
		}
		if i := slices.Index(topicNames, name[at+1:]); i >= 0 {
			return 2*i + 1
		}
	}
	return -1
}

// isKnown reports whether a normalised name is one that headers have.
func isKnown(name string) bool {
	if isTopicName(name) || slices.Contains(otherNames, name) {
		return true
	}
	if at := strings.LastIndexByte(name, '_'); at > 0 && slices.Contains(otherNames, name[at+1:]) {
		for _, q := range strings.Split(name[:at], "_") {
			if !slices.Contains(qualifiers, q) {
				return false
			}
		}
		return true
	}
	return false
}
