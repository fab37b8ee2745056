"""Ordinary words that are names too: such a name is looked for only where something tells that it is one.

`NAMES` are given names that are words too (Will, Rose): with the capital of a name inside a sentence they are names.
`DATED` are months and days, which have that capital always. `WORDS` are hardly ever names.
Everything is folded (see `text/folding.py`).
"""

from __future__ import annotations


def list_words(text: str) -> frozenset[str]:
    """Words that are written one after the other."""
    return frozenset(text.split())


DATED = list_words(
    """january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday januar februar marz mai juni juli oktober dezember montag dienstag
    mittwoch donnerstag freitag samstag sonntag enero abril mayo junio julio agosto domingo janvier avril juin
    juillet aout janeiro maio junho julho easter christmas weihnachten ostern noel natal"""
)

NAMES = list_words(
    """ace amber angel art ash aspen aurora autumn basil bay bea bear bill bishop bliss blue bond brandy brook
    brooks buck bud buddy bunny cash chance charity chase cherry chip christian cliff clover colt coral crystal
    dash dawn dean destiny dick duke ebony eden eve faith fin forest fox frank genesis ginger glen glory grace
    grant gray grey guy hale happy harmony haven hawk heaven honey hope hunter iris ivory jade jay jazz jewel
    jet job jolly journey joy july justice kit king lance lane lark laurel leaf legend london lux lynx mark
    melody mercy miles mint misty moon myrtle noble nova oak ocean olive opal otter page paris park pat patience
    peace peak pearl penny pepper phoenix pierce pip poppy port precious prince princess prudence queen rain
    raven ray red reed reef reign rich river robin rock rocky rod rose rosemary rowan ruby rush rusty sage sandy
    saffron sailor saint scarlet scout serenity shade shadow sierra silver skip sky snow sol spike spring star
    sterling stone storm sue summer sunny sunshine temple tiger timber trinity tripp true valentine velvet
    verity ward wave west will willow winter wolf wren zeal zen engel stern ernst gast konig kaiser sommer
    herbst rosa luz paz cielo dolores esperanza soledad estrella aurore blanche"""
)

COUNTED = list_words(
    """ace bear bishop brook buck bud buddy bunny cliff dean duke fox guy hawk hunter jay jewel jet journey kit
    king lark leaf legend lynx noble otter pearl penny pepper phoenix pip poppy prince princess queen raven reed
    river robin rock rod ruby sage sailor saint scout sky star stone tiger ward wolf wren engel stern gast konig
    kaiser"""
)
"""Of these: nouns that no sentence begins with, for want of an article."""

WORDS = list_words(
    """a about above account accept across action add after again against age ago air all almost alone along
    already also although always among amount an analysis and animal another answer any anybody anyone anything
    app archive are area around article artist artwork as ask assets at audio author away back bad ball bank
    base be beautiful because become before begin behind being believe best better between beyond big bit black
    block blog board body book both bot box boy break bring browser build building business but button buy by
    call camera can captain car card care case catch cause center central certain chair change channel chapter
    chapters chat check child choose church citizen city class clear click climate close cloud club coach code
    coffee cold color come common community company computer contact content control conversation cool corner
    cost could country couple course cover create crypto culture cup current customer cut daily dark data date
    day days dead deal death decide deep default design details dev developer did die digital direct director
    discover do doctor doc does dog done door down download dr draft dream drive drop each early earth east easy
    eat economy edge edit editor education eight either else email embed end energy engine engineer english
    enjoy enough enter entry episode episodes error even evening event ever every everybody everyone everything
    example expert eye face fact fail fall family fan far farm fast father favorite fear feed feel few field
    fight figure file film final finally find fine fire first fish five flow fly focus follow food foot for
    force form forward found four free freedom friend friends from front full fun future gallery game games
    garden gas general get ghost gift girl give go goal god gold gone good google got great green ground group
    grow guest guests guide gun had hair half hand hang hard has have he head health hear heart heat help her
    here hero hey hi hidden high him his history hit hold hole home host hosts hot hour house how html however
    huge human hundred i ice idea if image imagine impact in include index info inside intelligent interest
    internet interview into introduction is island it item its itself jesus join journal jump just keep key kid
    kind knight know known land language large last late later latest law lead leader league learn least leave
    left legal less let letter level library license lie life light like line link links lion list listen
    listener listeners little live local log logo lonely long look lord lose lost lot love low luck machine mad
    made magic mail main make man manager many map market master matter maybe me mean media meet member memory
    men menu message metal middle might mike mind mine minute mister model modern moment money month more
    morning most mother mountain move movie mr mrs ms much mum music must my name nation nature near need
    network never new news next nice night nine ninja no nobody none noon nor normal north not notes nothing now
    number object of off offer office offline often ok okay old on once one online only open opening opinion or
    order original other our out over own pack page pages paper parent part party pass past path pause pay
    people perfect person phone photo pick picture piece pilot pixel place plan planet play player please plus
    podcast point police policy pool poor pop popular post power present president press pretty previous price
    privacy private pro problem process product program project property public publish pull pure push put
    question quick quiet quite radio random rate read reader ready real really reason record recording release
    remember report research rest result return review right ring rise road robot rocket role room round rss
    rule run safe sale same save say school science script sea search season seat second secret section security
    see seem self sell send sense serious server service session set settings seven several sex shadow share she
    ship shop short should show shows side sign signal silence silent simple since single sir sister site six
    size sleep slow small smart so social society soft software soldier solid some somebody someone something
    song soon sorry sort soul sound source south space spaces speak speaker special speed spirit sport stage
    stand standard start state station stay step still stock stop story straight stranger street strong student
    studio study stuff style subscribe such super support sure system table tag tags take talk talks tall tea
    teacher team tech technology television tell ten term test text than thank thanks that the their them then
    there these they thing think third this those though thought three through thunder time times title to today
    together tomorrow tonight too top topic total touch toward town track trade trader traffic train transcript
    travel tree trip trouble truck trust truth try turn tutorial tv twitter two type ultimate under unicorn
    union united university unknown until up update us use user users value very version via video view visit
    visitor voice volume vote wait walk wall want war warm warrior was watch water way we web website week
    weekly welcome well were what when where whether which while white who whole whom whose why wide wife wild
    win wind window winner wise witch with within without wizard woman women wonder word words work worker world
    would wow write writer wrong x year years yellow yes yet you young your youth zero zone ai api apple amazon
    bitcoin chatgpt docker ethereum facebook github gmail instagram java javascript json kafka kubernetes
    linkedin linux mastodon meta microsoft mongodb mysql nginx node nodejs npm openai pagefind php postgres
    postgresql python react redis ruby rust sqlite spotify sql swift telegram tesla threads tiktok typescript
    unix windows wikipedia youtube mp3 m4a aac vtt srt jpg png svg css js xml der das und oder ein eine einer
    eines einem einen ich du er sie es wir ihr ja nein folge folgen gaste gast jemand niemand suche suchen seite
    seiten heute morgen gestern zeit leben welt mensch menschen leute musik kapitel ende el la los las un una
    uno y o yo tu usted si hoy ayer tiempo vida mundo gente musica invitado alguien nadie buscar episodio
    episodios le les une et ou je il elle nous vous oui non aujourd hier temps vie monde gens musique invite
    quelqu personne recherche chercher os um uma e ele ela nos sim nao hoje ontem tempo convidado alguem ninguem
    pesquisa"""
)

ARTICLES = list_words(
    """the a an this that these those every each any some no another last next first my your our their his her its
    which what der die das des dem den ein eine einer eines einem einen diese dieser dieses el la los las un una
    este esta le les une ce cette os as um uma o"""
)
"""Before a word: it is no name."""

DATING = list_words(
    """in on of since until till from to by before after during mid early late through between and or im am ab bis
    seit von vom en de desde hasta para em ate du au depuis"""
)
"""Before a month or a day."""

NAMING = list_words(
    """with by thanks thank dear hi hello hey meet ask mr mrs ms dr guest host co-host featuring feat ft mit von
    danke liebe lieber con gracias avec merci com obrigado obrigada"""
)
"""Before a name."""

SAYING = list_words(
    """said says asks asked tells told explains explained talks talked joins joined thinks thought believes
    believed wonders wondered answers answered agrees agreed replies replied writes wrote speaks spoke shares
    shared shows showed describes described argues argued recalls recalled remembers remembered brings brought
    who again here sagt sagte fragt erzahlt erklart dice dijo explica dit explique raconte diz disse conta"""
)
"""After a name."""
