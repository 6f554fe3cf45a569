"""Short words of administration and daily life of which compounds are made, folded (ä is ae)."""

from __future__ import annotations

_WORDS = """
abend ablauf absage abschluss adresse aerzte akte aktion alltag alter amt anbindung anfrage angebot angst anhoerung
anlauf anlaufstelle anliegen anmelde anmeldung annahme anschluss anspruch antrag anwalt anzahl anzeige apotheke arbeit
arbeiter arbeits arm arzt asyl aufenthalt aufgabe auflage aufnahme auftrag ausbildung ausgabe ausgleich auskunft
auslaender ausland ausstattung auswahl ausweis auszahlung auto bad bahn bank bau beamte bearbeitung bedarf beduerftig
befreiung begleitung begutachtung behandlung behinderung behoerde beihilfe beitrag beleg belegung beratung bereich
bericht beruf berufs beschaeftigung bescheid bescheinigung beschwerde besitz besuch betrag betreuung betrieb bett
bewerber bewerbung bewilligung bezug bild bildung bindung brief buch buchung buero bus card chef code container daten
datum dauer deutsch dienst diplom dokument dorf druck durchwahl ehe ehren eingabe eingang einkommen einrichtung
einsatz eintrag einzug eltern empfaenger empfang ende entgelt entscheidung entzug erfahrung erfassung ergebnis
erklaerung erlaubnis erstattung erwerb essen fach fahr fahrrad fahrt familie familien feier ferien fest feuer finanz
flucht fluechtling foerder foerderung folge forderung form formular frage frau frauen freibetrag freizeit frist
fuehrer fuehrung garten gast gebaeude gebiet gebuehr geburt geburts gehalt geld gericht gesetz gespraech gesundheit
gewalt gewerbe grenze groesse grund gruppe gutachten gutschein haft halle hand handel handwerk haus haushalt hebamme
heim heizung helfer herkunft hilfe hinweis hoehe hof hort hotline identitaet impf impfung information integration
internet jahr jahres job jugend junge kammer kanal karte kasse kauf kenntnis kind kinder kirche kita klaerung klasse
kleidung klinik kompetenz konto kontrolle kosten kraefte kraft krank kranken kueche kuendigung kultur kurs laden lage
lager land landes lauf leben lehr lehre lehrer leistung leistungs leitung lern lese liste lohn lotse lotsen luecke
luft maengel mangel mann markt massnahme medien melde meldung miet miete mieter migration mitglied mittag mittel
mittler mobil monats muell muetter musik mutter nachhilfe nachmittag nacht nachweis nachzug nahverkehr name netz
netzwerk niederlassung not notiz nummer nutzung ober obergrenze ordnung organisation ort orts papier partner pass
patient personal pflege pflicht plaetze plan planung platz portal post praktikum praxis preis probe problem projekt
pruefung qualifikation quote raeume rand rat rate raum rechnung recht rechts regel register reise religion rente richt
richter richtlinie ruf ruhe saal sach sachbearbeiter satz schaden schalter schein schicht schild schloss schluss
schrift schritt schueler schul schule schutz schwanger schwimm senioren sicherheit sicherung sitz sorge sozial spende
sperre spiel sport sprach sprache sprech staat stadt stand standort start statistik status steig stelle stellen steuer
straf strafe strasse streit strom studien studium stufe stunde suche sucht system tafel tag tages teilhabe teilnahme
teilnehmer telefon termin test therapie ticket titel tod tor training trauma treff treffen trennung typ umzug unfall
unterhalt unterkunft unterlagen unterricht unterschrift unterstuetzung urkunde urlaub vater verband verbindung verbot
verdienst verein vereins verfahren vergabe vergleich verkehr verlaengerung verlust vermerk vermieter vermittlung
vermoegen versammlung versicherung versorgung verteilung vertrag vertretung verwaltung verzoegerung verzug visum volk
vollmacht vorlage vormund vorschule vorsorge vorsprache wahl wanderung ware warte wasser wechsel weg weiter welt werk
wert wesen wetter wiese winter wirt wirtschaft wissen woche wochen wochenende wohn wohngeld wohnsitz wohnung wohnungs
wort zahl zahlung zahn zeichen zeit zeiten zentrum zettel zeugnis ziel zimmer zivil zone zug zugang zulage zulassung
zusage zuschlag zuschuss zustaendigkeit zustimmung zuwanderung zuweisung zwang zweck
"""
PIECES = frozenset(_WORDS.split())
