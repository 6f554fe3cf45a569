"""Words that say nothing about a hurdle: German function words and what every report says, folded (ä is ae)."""

from __future__ import annotations

_WORDS = """
ab aber abermals abgesehen acht alle allein allem allen aller allerdings alles allzu als also am an ander andere
anderem anderen anderer anderes andernfalls anders anderweitig angeblich anscheinend ansonsten anstatt art auch auf
aus ausgerechnet ausser ausserdem ausserhalb bald bei beide beiden beider beides beim beinahe bekam bekommen bekommt
bereich bereits besonders besser bestenfalls bestimmt bestimmte bestimmten betroffen betroffene betroffenen bevor bin
bis bisher bisherige bisherigen bislang bist bitte bleiben bleibt blieb bloss brauchen braucht brauchte bzw ca circa
da dabei dadurch dafuer dagegen daher dahin damals damit danach daneben dann daran darauf daraufhin daraus darf darfst
darin darueber darum darunter das dass davon davor dazu dein deine deinem deinen deiner dem demnach demnaechst den
denen denn dennoch der deren derer derjenige derselbe derselben derzeit des deshalb dessen deswegen deutlich dich die
dies diese diesem diesen dieser dieses diesmal ding dinge dir direkt doch dort dorthin drei du duerfen duerfte durch
durchaus eben ebenfalls ebenso egal ehe eher eigene eigenen eigener eigenes eigentlich ein eine einem einen einer
eines einfach einige einigem einigen einiger einiges einmal eins einzelne einzelnen einzige einzigen entweder er
erhaelt erhalten erhielt erneut erst erste ersten erster erstmal es etc etliche etwa etwas euch euer eure eurem euren
eurer faelle faellen fall falls fand fast fehlen fehlende fehlenden fehlender fehlt ferner finden findet folge
folgende folgenden frau frei fuenf fuer gab gaebe ganz ganze ganzen ganzer gar geben gefunden gegen gegenueber gehen
gehoert geht gelten gemacht gemeinde genau genommen genug gerade gern gerne geworden gibt gilt ging gleich gleiche
gleichen gleichzeitig gross grosse grossen grosser grosses gut gute guten guter gutes hab habe haben haette haetten
halb halt hast hat hatte hatten heisst her herr herrn heute hier hierbei hierfuer hiermit hiesige hiesigen hin hinaus
hinter hinzu huerde huerden ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer immerhin in indem infolge inkl
innerhalb insbesondere insgesamt inzwischen irgend irgendwann irgendwas irgendwie irgendwo ist ja jahr jahre jahren
jahres je jede jedem jeden jedenfalls jeder jedes jedoch jemand jemanden jene jenem jenen jener jenes jetzt jeweils
kam kann kannst kaum kein keine keinem keinen keiner keinerlei keines keins klar klein kleine kleinen kleiner klient
klienten klientin klientinnen koennen koennte koennten komme kommen kommt kommune kommunen komplett konkret konnte
konnten kreis kuerzlich kunde kunden laengst laesst lang lange langem lassen laut lediglich leider letzte letzten
letzter letztes letztlich leute leuten lieber liegen liegt machen macht mal man manche manchem manchen mancher manches
manchmal mehr mehrere mehreren mehrerer mehrfach mehrmals mein meine meinem meinen meiner meines meist meisten
meistens mensch menschen mich min mind mindestens mir mit mittlerweile moechte moechten moeglich moeglichst monat
monate monaten morgen muessen muesste muessten muss musste mussten nach nachdem nachher naechste naechsten naemlich
nahe namens natuerlich neben nehmen nein neu neue neuen neuer neues neun nicht nichts nie niemand niemandem niemanden
nimmt nirgends noch nochmal nochmals normalerweise nun nur ob oben oberhalb obwohl oder oefter oft oftmals ohne
ohnehin paar person personen pro problem probleme problemen quasi ratsuchende ratsuchenden rund sache sachen sage
sagen sagt sagte samt schnell schon sechs sehr sei seid seien sein seine seinem seinen seiner seines seit seitdem
selber selbst sich sicher sie sieben siehe sind situation so sobald sodass sofern sofort sogar solange solch solche
solchem solchen solcher soll sollen sollte sollten somit sondern sonst sonstige soviel soweit sowie sowieso sowohl
spaet spaeter spaetestens stadt staendig stand stark statt stehen steht stelle stellen stellt stets stueck tag tage
tagen tatsaechlich teils teilweise thema tja trotz trotzdem tun tut u ueber ueberall ueberhaupt uebrig uebrigens um
umso und ungefaehr uns unser unsere unserem unseren unserer unseres unter usw viel viele vielem vielen vieler vieles
vielleicht vier voellig vom von vor voraussichtlich vorerst vorhanden vorher vorn waehrend waere waeren wann war waren
warum was weder weg wegen weil weise weiss weit weiter weitere weiteren weiterer weiteres weiterhin welche welchem
welchen welcher welches wem wen wenig wenige wenigen weniger wenigstens wenn wer werde werden weshalb wessen wie
wieder wiederum wieso wieviel will wir wird wirklich wissen wo woche wochen wodurch wofuer woher wohin wohl wolle
wollen wollte wollten womit woran worauf wuerde wuerden wurde wurden zb zehn ziemlich zu zudem zuerst zufolge zuletzt
zum zumal zumindest zur zusaetzlich zwar zwei zweimal zweite zweiten zwischen zwischendurch zwoelf
"""
STOP_WORDS = frozenset(_WORDS.split())
