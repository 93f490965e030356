import { anyOf, type Phrases } from "./phrases.ts";

/** How a language promises that something will work again by a time. */
export interface Promising {
  /** That it will: "should", "is expected to". */
  readonly will: Phrases;
  /** Being well again: "back online", "resolved". */
  readonly back: Phrases;
  /** When: "within 30 minutes", "by noon", "shortly". */
  readonly time: Phrases;
  /** What promises as soon as a time stands by it: "ETA". */
  readonly lead: Phrases;
  /** What people in a hurry write without a verb: "back up within 30 minutes". */
  readonly verbless: Phrases | null;
  /** What promises where it opens a sentence, with nothing but an end in time behind it: "Fixed by 14:00", "Back by noon". */
  readonly terse: { readonly words: Phrases; readonly until: RegExp } | null;
  /** What has its time within it: "ETA 14:00". */
  readonly whole: Phrases;
  /** Words that make it depend on something, or speak of something else. */
  readonly barred: ReadonlySet<string>;
}

const barred = (words: string) => new Set(words.split(" "));
const CLOCK = "\\d{1,2}[:.h]\\d{2}(?: ?(?:am|pm|uhr|utc|h))?";

const UNIT = "(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|h|m)";
const AMOUNT = `(?:\\d{1,4}(?:(?:[.,]| ?[–-] ?| to )\\d{1,3})? ?${UNIT}|(?:an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|a few|few|a couple of|several|half an)(?: more)? ${UNIT})`;

export const ENGLISH: Promising = {
  will: anyOf(
    "will|shall|should(?! have (?:been|come|gone|had|got|\\p{L}+ed) )|\\p{L}+'ll|gonna",
    "(?:is|are|am|we're|it's|\\p{L}+'s|be) (?:now )?(?:going|expected|due|set|likely|on track) to",
    "expect|expects|expecting|hope|hoping|aim|aiming|plan|intend|anticipate|promise",
  ),
  back: anyOf(
    "fixed|resolved|restored|repaired|solved|recovered|corrected|resolve|restore|repair|solve|recover",
    // What is tried at a time may fail at that time: nothing is promised.
    "fix(?<!(?:try|trying|test|testing|attempt) (?:a|an|the|this|one|another) (?:\\p{L}+ )?fix)",
    "(?<!(?:call|write|phone|ring|money) )(?:be )?back(?<!roll(?:ed|ing|s)?(?: \\p{L}+){0,3} back)(?! (?:on|in|to|into|at) (?:your|the|our) )(?: up and running| up| online| to normal| in service)?(?: again)?",
    "be (?:good|fine|ok|okay|sorted)|(?:full |complete )?(?:recovery|restoration)",
    "be up(?! (?:to|for) )|able to \\p{L}+(?: \\p{L}+){0,2} again",
    "up and running|up again|(?:available|working|operational|online|running|accessible|usable) again",
    "sorted|work(?:s|ing)? again|(?<=(?:it|this|everything|all|checkout|payments?|orders?|site|shop|search|login|services?) (?:will|should) )work",
    "(?:be|become) (?:fully )?(?:operational|functional|available|online)|(?:come|go|get) (?:back )?online|working normally|normal service|return(?:s|ed)? to normal",
  ),
  time: anyOf(
    "shortly|(?<!as )soon(?! as)|momentarily|imminently|any (?:minute|moment)|in no time|in a (?:moment|minute|while|bit)|right away",
    `(?:in|within|after)(?: (?:about|around|approximately|roughly|the next|at most|less than|under|another|approx\\.?))? ${AMOUNT}`,
    "(?:in|within|over) the (?:next|coming) (?:\\p{L}+ )?(?:hours?|minutes|days?|half hour)|within the (?:hour|day)",
    `(?:by|before|at|around|about|no later than|not later than|until)(?: (?:about|around|approximately|roughly))? (?:${CLOCK}|\\d{1,2} ?(?:am|pm|a\\.m|p\\.m|o'clock|utc)|noon|midday|midnight|lunch(?:time)?|tomorrow|tonight|then|(?:this |tomorrow )?(?:morning|afternoon|evening)|(?:the )?(?:end|close) of (?:the |today's )?(?:day|business|week|hour|morning|afternoon)|eod|(?:next )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))`,
    "(?:by|before|around) \\d{1,2}(?=[.,!)]|$| (?:at|or|in the) )",
    // "The backup of this morning", "today's orders" say which, not when.
    "(?<!(?:of|from|since) )(?:(?:later )?(?:today|tonight|this (?:morning|afternoon|evening))|tomorrow)(?!'s)",
  ),
  lead: anyOf(
    "(?:fix|repair|recovery|resolution|restoration|service)(?: is| are)?(?: now)? (?:expected|due|anticipated|estimated|coming|on (?:its|the) way)",
    "expect(?:ed)? (?:a |the |full |normal )?(?:fix|repair|recovery|resolution)",
    "(?:service|services|everything)(?: will| should)? (?:returns?|resumes?)(?: to normal)?",
    "(?:should|will|expected to)(?: only| all)? (?:last|be over|be done|end)",
    "(?:outage|disruption|interruption|downtime) ends",
  ),
  verbless: anyOf(
    "back (?:up and running|up|online|to normal|in service)(?: again)?|up and running(?: again)?|up again",
  ),
  terse: {
    words: anyOf(
      "(?<!(?:call|write|report|money|cash|refunds?|paid|pay|get|come|ring|phone|bring) )back|fixed|resolved|restored|repaired|solved|sorted|online|(?:an? )?(?:fix|repair|recovery|resolution|restoration)|normal service",
      "\\p{L}+ work(?:s|ing)? again|work(?:s|ing)? again",
    ),
    until: /^(?:by|before|within|in|no later|not later|around|about|shortly|soon|tomorrow)\b/,
  },
  whole: anyOf(
    `(?:another |in |within )?${AMOUNT}(?: or so| tops| at most)?,? and (?:we|it|all|everything|checkout|payments?|orders?|the \\p{L}+) (?:are|is|will be) (?:back|fixed|online|up)`,
    `(?:eta|(?:estimated|expected) (?:time (?:of|to|for) )?(?:repair|fix|resolution|recovery|restoration)(?: time)?)(?: is| of| for (?:the |a |full )?(?:fix|repair|recovery|resolution)(?: is)?)?:? ?(?:(?:is|about|around|approx\\.?|approximately|in|by|within|at) ){0,2}(?:${AMOUNT}|${CLOCK}|\\d{1,2} ?(?:am|pm)|noon|midnight|tomorrow|tonight)`,
    `(?:should|will|expect(?:ed)? (?:it |this |the (?:repair|fix) )?to)(?: only)? (?:take|last)(?: us)?(?: (?:about|around|approximately|roughly|at most|no more than|another|up to|less than))? ${AMOUNT}(?: (?:to (?:fix|repair|resolve|restore|recover)|(?:before|until) (?:we are|it is|everything is) back))`,
    `(?:only|just) (?:a few|another|\\d{1,3}|a couple of)(?: more)? (?:minutes|hours|mins)(?: more)?,? (?:and|until|before|left|to go)`,
    `(?:should|will|expected to) last(?: about| around| another| up to)? ${AMOUNT}`,
  ),
  barred: barred(
    "begin start once when whenever after until till if unless not never without but update updates news information message messages more",
  ),
};

const STUNDEN = "(?:sekunden?|minuten?|min|stunden?|std|h|tagen?|wochen?)";
const WIEDER =
  "(?:behoben|gelöst|repariert|wiederhergestellt|wieder (?:da|online|verfügbar|erreichbar))(?! (?:worden|gewesen|mit)(?!\\p{L}))";

export const GERMAN: Promising = {
  will: anyOf(
    "wird|werden|sollte|sollten|soll|sollen|dürfte|dürften|voraussichtlich",
    "rechnen (?:wir )?(?:damit|mit)|erwarten(?: wir)?|gehen (?:wir )?davon aus|planen(?: wir)?|hoffen(?: wir)?",
  ),
  back: anyOf(
    "behoben|gelöst|repariert|wiederhergestellt|beseitigt|beheben|behebung|wiederherstellung|lösung|verfügbar|erreichbar",
    "wieder (?:\\p{L}+ )?(?:verfügbar|erreichbar|online|funktionieren|normal|laufen|nutzbar|da|in betrieb|einsatzbereit|möglich|hergestellt|stabil|gehen|arbeiten)",
  ),
  time: anyOf(
    "in kürze|bald|demnächst|in bälde|kurzfristig|jeden moment|heute noch|noch heute|noch am (?:vormittag|nachmittag|abend)",
    "(?:spätestens|bis|ab|noch) heute (?:vormittag|mittag|nachmittag|abend|nacht)",
    `(?:bis|gegen|um|ab|vor|spätestens)(?: (?:etwa|ca\\.?|circa|ungefähr|spätestens|um|bis|zum|zur|heute|morgen)){0,2} (?:${CLOCK}|\\d{1,2} uhr|mittag|nachmittag|abend|mitternacht|morgen|heute|tagesende|ende des tages|wochenende)`,
    `(?:in|innerhalb|binnen)(?: (?:von|der|den|etwa|ca\\.?|circa|ungefähr|rund|spätestens|weniger als)){0,2} (?:\\d{1,4}(?: ?[–-] ?\\d{1,3}| bis \\d{1,3})? ?|(?:einer|einem|eines|zwei|drei|vier|fünf|zehn|wenigen|einigen|einer halben|nächsten|ein paar|paar) )${STUNDEN}`,
  ),
  lead: anyOf(
    "(?:die )?(?:behebung|wiederherstellung|reparatur|störung endet)(?: erfolgt| ist)?|(?:läuft|laufen|funktioniert|funktionieren|geht|gehen) (?:dann )?(?:\\p{L}+ )?wieder",
  ),
  verbless: null,
  terse: {
    words: anyOf(
      "wieder (?:da|verfügbar|erreichbar|online)|(?:alles )?(?:behoben|gelöst|repariert|wiederhergestellt)",
    ),
    until: /^(?:bis|gegen|spätestens|in|innerhalb|binnen|bald)(?!\p{L})/u,
  },
  whole: anyOf(
    "(?:gleich|bald|in kürze) (?:wieder )?(?:behoben|gelöst|repariert|verfügbar|erreichbar|da)",
    `voraussichtliche[sr]? (?:ende|behebung|dauer)(?: der störung)?:? (?:(?:um|gegen|bis|ca\\.?|etwa) ){0,2}(?:${CLOCK}|\\d{1,2} uhr|\\d{1,4} ?${STUNDEN})`,
    // "Bis 14 Uhr ist alles behoben": what is so by a time to come.
    `bis (?:spätestens |etwa |heute )?(?:${CLOCK}|\\d{1,2} uhr|mittag|abend|morgen) (?:ist|sind) (?:(?!nicht|noch|kein)\\p{L}+ ){0,3}${WIEDER}`,
    `(?:ist|sind) (?:(?!nicht|noch|kein|seit)\\p{L}+ ){0,2}(?:in|innerhalb|binnen) (?:\\d{1,4} ?|(?:einer|zwei|drei|zehn|wenigen|einer halben) )${STUNDEN} ${WIEDER}`,
  ),
  barred: barred(
    "sobald wenn falls nachdem nicht kein keine ohne aber update neuigkeiten nachricht nachrichten meldung informationen melden",
  ),
};

const HORAS = "(?:segundos?|minutos?|min|horas?|días?|semanas?)";

export const SPANISH: Promising = {
  will: anyOf(
    "estarán?|quedarán?|serán?|debería|deberían|van? a|vamos a|podremos",
    "esperamos(?: que)?|prevemos(?: que)?|confiamos en(?: que)?|está previsto que|se espera que|se prevé que|calculamos que",
  ),
  back: anyOf(
    "resuelt[oa]s?|solucionad[oa]s?|restablecid[oa]s?|restaurad[oa]s?|arreglad[oa]s?|reparad[oa]s?|recuperad[oa]s?|corregid[oa]s?",
    "resolver(?:l[oa]s?)?|solucionar(?:l[oa]s?)?|restablecer(?:l[oa]s?)?|arreglar(?:l[oa]s?)?|reparar(?:l[oa]s?)?|corregir(?:l[oa]s?)?",
    "operativ[oa]s?|disponibles?|funcionando|funcionar|funcione|funcionen|en línea|normalidad|de vuelta|estar listo",
  ),
  time: anyOf(
    "en breve|pronto|enseguida|en seguida|próximamente|en cualquier momento|hoy mismo|(?<!(?:de|desde) )esta (?:mañana|tarde|noche)|(?<!(?:esta|la|de|desde) )mañana",
    `(?:a|antes de|a partir de|sobre|hacia|alrededor de|para|hasta)(?: las?)? ${CLOCK}`,
    "(?:a|antes de|sobre|hacia|para|hasta) las? \\d{1,2}|antes del mediodía|al mediodía|(?:al|antes del) final del día",
    `(?:en|dentro de|en menos de|en un plazo de)(?: (?:unos|unas|aproximadamente|un máximo de|menos de|las próximas|los próximos|la próxima))? (?:\\d{1,4}(?: ?[–-] ?\\d{1,3}| a \\d{1,3})? ?|(?:una?|dos|tres|cuatro|cinco|diez|quince|treinta|media|pocos|pocas|unos|unas|algunos|varias) )?${HORAS}`,
  ),
  lead: anyOf(
    "se (?:resolverá|solucionará|restablecerá|arreglará|recuperará|corregirá)n?|volverán? a (?:estar|funcionar|la normalidad)|funcionarán?(?: de nuevo)?",
    "(?:solución|resolución|recuperación) (?:prevista|estimada|esperada)",
  ),
  verbless: null,
  // A participle before a time tells as well of what is done: "resuelto antes de las 14:00".
  terse: null,
  whole: anyOf(
    `(?:tiempo|hora) estimad[oa] de (?:resolución|recuperación|reparación|solución)(?: es(?: de)?)?:? (?:\\d{1,4} ?${HORAS}|${CLOCK})`,
    `(?:volvemos|volveremos)(?: a estar \\p{L}+)? (?:en|dentro de) (?:\\d{1,4} ?|(?:unos|unas|una?|dos|tres|diez|media|pocos|pocas) )${HORAS}(?! con )`,
  ),
  barred: barred(
    "cuando si hasta después no sin pero actualización novedades mensaje aviso información informaremos",
  ),
};
