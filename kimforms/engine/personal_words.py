"""German words that stand after "Frau", "Familie" or a number without being a name or a town.

Part of `personal_data.py`. Surnames that are ordinary words as well (Koch, Winter, Kraft) are left out on purpose: a
missed name does more harm than a needless warning.
"""

from __future__ import annotations

_NOUNS = """
abend aber abgabe abgelehnt abitur ablauf ablehnung abs abschluss adresse afghane afghanin agentur akte akten akteure
alle alleinerziehend alleinerziehende alleinstehend alles als alter amt analphabet analphabetin andere anderen
anerkannt anfang anfrage anfragen angaben angebot angebote angehörige angelegenheiten angst anmeldung anruf anschluss
anspruch ansprüche antrag anträge antwort anwalt anzeige apotheke april arabisch arbeit arbeitgeber arbeitslos art
arzt asyl asylbewerber asylsuchende attest auch auf aufenthalt aufgabe auflage aufnahme aufwand august ausbildung
auskunft ausland ausländer ausländerbehörde ausnahme ausreise ausweis auszubildende auszubildender auszug auto awo
azubi azubine bafög bahn bamf bank bargeld bedarf behindert behinderung behörde behörden bei beide beiden beispiel
beistand beratung bericht beruf bescheid bescheide beschluss beschwerde besuch besucher betreuer betrieb betroffene
betten bezug bild bildung bis bitte bleiberecht blind bogen brief bruder bulgarisch bund bus bürgergeld büro caritas
cent chance chef christ christin computer container dach damit dann dari das dass daten datum dauer dem den denn der
des deutsch deutsche deutschen deutscher deutsches dezember diabetiker diabetikerin diagnose diakonie die dienst
dienstag dies diese dieser dieses doch dokument dokumente dolmetscher donnerstag dort dritte drk druck duldung durch
ehe ehefrau ehegatte ehemann ehrenamtliche eigentümer ein einbürgerungsbehörde eine einen einer eines einkommen
einreise einwohner eltern elterngeld elternzeit ende englisch enkel epileptiker epileptikerin er erfahrung erfahrungen
erfolg ergebnis eritreer eritreerin erst erwachsene es euro fachkraft fachkräfte fahrkarte fahrt fall familie familien
familiennachzug farsi februar fehler ferien fest firma flucht flüchtling flüchtlinge folgen form formular formulare
foto frage fragen französisch frau frauen freund freunde freundin frist fristen fuß fälle fällen für gas geburt geduld
geduldet geduldete geduldeten gefahr geflüchtet geflüchtete geflüchteten gegen gehalt gehörlos geld geldes gemeinde
gericht geschieden geschwister gespräch gesundheit gewalt glück gramm großeltern großmutter großvater grund
grundsicherung gruppe gymnasium hand handy hat hatte haus hausarzt hausaufgaben hause hauses haushalt haushalte
hebamme heimat heirat herkunft herr herren herrn hier hilfe hilfen hindernis hindernisse hochschwanger holle hunger
hürde hürden ihr ihre ihrem ihren ihrer im impfung in info information informationen internet interview iraker
irakerin iraner iranerin ist jahr jahre jahren jahres januar jeder jemand jeside jesiden jesidin jetzt job jobcenter
jugendamt jugendliche juli junge jungen juni justitia kaution kein keine kenntnis kenntnisse kilo kilometer kind
kinder kindergeld kindern kindes kirche kita kitaplatz klasse klassen klient klienten klientin kollege kollegen
kollegin kommune kommunen kontakt konto kontrolle kopf kopftuch kosten krank krankenhaus krankenkasse krankheit kreis
kunde kunden kundin kurde kurden kurdin kurdisch kurs kurse küche lage land laptop leben lebensmittel lehrer lehrerin
leistung leistungen leute lohn lust lösung mann medikamente meldungen mensch menschen meter miete mietvertrag
migranten minderjährige minijob minuten mit mitarbeiter mitglieder mitte mittel mittwoch mobilität monat monate
monaten montag morgen muslim muslima mutter muttersprache mädchen männer männlich märz nach nachbar nachbarin nachbarn
nachricht nachteile nachweis nachweise nachzug name namen neben neuzugewanderte nicht niemand nigerianer nigerianerin
niveau not november nummer nun nur ob obdachlos oder ohne oktober oma onkel opa ort paar papier papiere partner
partnerin paschtu pass passersatz pech persisch person personal personen pflege pflegebedürftig pflegegrad platz
plätze plätzen polizei polnisch post praktikum praxis privatsphäre problem probleme prozent prüfung psychologe
psychologin punkte quadratmeter rat raum rechnung recht rechte rente rentner rentnerin reports rollstuhl roma romni
ruhe rumänisch russe russin russisch räume rückfragen rückmeldung sachbearbeiter sachbearbeitung samstag schaden scham
schein schmerzen schreiben schriftlich schritt schritte schufa schulden schule schulen schutz schutzberechtigte
schwager schwanger schwangere schwangerschaft schwester schwierigkeiten schüler schülerinnen seine seit senioren
september sicherheit sie sitz so sohn somali somalier somalierin sonst sorge sorgen sozialamt sozialarbeit
sozialarbeiter sozialarbeiterin sozialhilfe sozialleistungen spanisch sprache sprachen sprachkenntnisse sprachkurs
staat staatenlos stadt standesamt status stelle stellen steuer streit stress strom student studentin studium stunde
stunden stück syrer syrerin tag tage tagen tante tasche teil teilnahme teilzeit telefon termin termine therapeut
therapie ticket tigrinya titel tochter tod trauma traumatisiert träger trägern tür türke türkin türkisch uhr ukrainer
ukrainerin ukrainisch um umzug und unfall unrecht unser unsere unterhalt unterkunft unterlage unterlagen unterricht
unterstützung urkunde urkunden urlaub vater verein verfahren verheiratet verlängerung vermieter versicherung vertrag
vertrauen vertreter verwaltung verwandte verwitwet visum vollmacht vollzeit vom von vor voraussetzungen vorgang
vorname vorschlag vorwürfe wann warten wartezeit wartezeiten warum was weg wegzug weiblich weil weiterbildung weitere
welche wenn wer widerspruch wie wir wird wissen witwe witwer woche wochen wochenende wohneinheiten wohngeld wohnort
wohnraum wohnsitz wohnung wohnungen wohnungslos wunsch wurde zahlen zahlung zahlungen zeit zeiten zettel zeugnis
zeugnisse ziel zimmer zu zucker zugang zugewanderte zukunft zum zur zusage zuschuss zuständigkeit zuzug zwar zwillinge
zwischen ältere ämter ärger ärzte ärztin übersetzer übersetzung
"""

_OFFICES = """
abgeordnete abgeordneter amtsleiter amtsleiterin beigeordnete beigeordneten beigeordneter bundeskanzler
bundeskanzlerin bürgermeister bürgermeisterin dezernent dezernentin direktor direktorin doktor geschäftsführer
geschäftsführerin kanzler kanzlerin landrat landrätin minister ministerin notar notarin oberbürgermeister
oberbürgermeisterin pfarrer pfarrerin professor professorin präsident präsidentin rechtsanwalt rechtsanwältin rektor
rektorin schulleiter schulleiterin sozialdezernent sozialdezernentin staatssekretär staatssekretärin stadtrat
stadträtin vorsitzende vorsitzenden vorsitzender
"""

_PLACES = """
aachen afghanistan afrika albanien aleppo algerien angola argentinien armenien aserbaidschan asien bagdad bangladesch
belarus belgien berlin bonn bosnien brasilien bulgarien charkiw china damaskus ddr deutschland dortmund düsseldorf
england eritrea essen estland eu europa frankfurt frankreich gambia georgien ghana griechenland guinea hamburg indien
indonesien irak iran istanbul italien jordanien kabul kamerun kanada kasachstan kenia kiew kongo kosovo kroatien kuba
kurdistan kyjiw köln lettland libanon libyen litauen mali mariupol marokko mazedonien moldau moldawien mongolei
montenegro mossul münchen nepal niederlande niger nigeria nordmazedonien nrw pakistan palästina peru philippinen polen
portugal rheinland ruanda rumänien russland schweiz senegal serbien slowakei slowenien somalia spanien stuttgart sudan
syrien südsudan tadschikistan tansania teheran togo tschechien tschetschenien tunesien türkei uganda ukraine ungarn
usa usbekistan venezuela vietnam westfalen österreich
"""

# how a noun ends that is no surname
_ENDINGS = """
amt angebot angebote antrag antrags anträge arbeit arbeiterin ausweis behörde behörden beraterin beratung bescheid
bescheide center dienst dienste familie familien frauen förderung geld gelder gesetz gruppe gruppen heit heiten hilfe
hilfen innen ismus jahre karte karten kasse keit keiten kenntnisse kind kinder konto kosten kräfte kurs kurse kursen
laubnis lehrerin leistung leistungen leiterin meisterin menschen monate männer nachweis nachweise nisse nissen nummer
nummern papiere personen platz plätze probleme prüfung recht rechte schaft schaften schein scheine schule schulen
status stelle stellen stunden tage termin termine tion tionen titel tät unterkunft unterlagen urkunde urkunden
verfahren vertrag verträge wechsel wochen wohnung wohnungen zeit zeiten zeugnis ämter ärztin
"""
_LONG_ENDINGS = ("ung", "ungen")
_NAMES_LIKE_NOUNS = frozenset(("albrecht", "ruprecht", "lamprecht", "rupprecht", "engelbrecht", "lambrecht"))
_NOUN_ENDINGS = tuple(_ENDINGS.split())

OFFICES = frozenset(_OFFICES.split())
"""Offices that follow a salutation; the name, if any, comes after them."""

PLACES = frozenset(_PLACES.split())

_ORDINARY = frozenset(_NOUNS.split()) | PLACES


def is_ordinary(word: str) -> bool:
    """Whether a capitalised word is an ordinary noun, a country or a large town rather than a name."""
    small = word.lower()
    if small in _ORDINARY:
        return True
    if small in _NAMES_LIKE_NOUNS:
        return False
    return (len(small) > 6 and small.endswith(_NOUN_ENDINGS)) or (len(small) > 8 and small.endswith(_LONG_ENDINGS))
