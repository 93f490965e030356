import type { PostmortemWords } from "./words.ts";

export const es: PostmortemWords = {
  title: "Informe posterior: {title}",
  guide: `Escriba debajo de cada pregunta; lo que está en un comentario como este no se publica nunca.
Deje la palabra que precede a cada pregunta (como "required: cause"): dice a qué pregunta pertenece su respuesta.
Lo que está entre "facts" y "/facts" viene del registro. Para ponerlo al día y conservar sus respuestas:
  status postmortem draft {id} --force
Cuando todo lo obligatorio esté respondido:
  status postmortem publish {id}`,
  summary: "una línea para sitios con poco espacio; sin ella, el primer párrafo",
  sections: {
    summary: {
      heading: "En breve",
      question: `¿Qué salió mal y cuál fue su parte? Dígalo en primera persona ("nosotros", "yo"), en dos o tres frases.
Admita el fallo con sus propias palabras; nada de "disculpen las molestias". Este párrafo va también a sitios con poco espacio.`,
    },
    glance: { heading: "De un vistazo", question: null },
    affected: {
      heading: "A quién afectó y cómo",
      question: `¿A quién afectó y qué vieron esas personas? ¿A quién no?
¿Deben preocuparse los clientes por sus datos, sus pedidos o su dinero? ¿Tienen que hacer algo ahora?`,
    },
    cause: {
      heading: "Qué falló",
      question:
        "¿Qué falló y qué lo desencadenó? Dígalo de modo que un cliente pueda seguirlo; no oculte nada y no culpe a nadie por su nombre.",
    },
    whys: {
      heading: "Por qué pudo ocurrir",
      question: `Opcional: cinco porqués. ¿Por qué falló? ¿Y por qué era así?
1.
2.
3.
4.
5.`,
    },
    detection: {
      heading: "Cómo lo encontramos",
      question: "¿Quién o qué lo notó, y cuándo? ¿Qué llevó a la causa y qué llevó por mal camino?",
    },
    fix: {
      heading: "Cómo lo arreglamos",
      question: "¿Qué lo terminó? ¿Es definitivo, o aguanta hasta que haya algo mejor?",
    },
    technology: {
      heading: "Qué aprendimos: tecnología",
      question:
        '¿Qué cambia en sistemas, herramientas y pruebas? Al menos una medida, o "ninguna, porque …".',
    },
    process: {
      heading: "Qué aprendimos: procesos",
      question:
        '¿Qué cambia en la forma de trabajar: cambios, alarmas, responsabilidades? Al menos una medida, o "ninguna, porque …".',
    },
    communication: {
      heading: "Qué aprendimos: comunicación",
      question: `¿Se enteró la gente lo bastante pronto, a menudo y con franqueza? El registro al final de este documento lo muestra.
Al menos una medida, o "ninguna, porque …".`,
    },
    people: {
      heading: "Las personas",
      question: "Opcional: ¿cómo fue vivirlo? ¿Qué salió bien y a quién hay que dar las gracias?",
    },
    others: {
      heading: "Qué pueden aprender otros",
      question: "Opcional: ¿qué debería saber quien lleva algo parecido? ¿Qué tecnologías intervinieron?",
    },
    actions: {
      heading: "Qué vamos a hacer",
      question: `¿Qué prometen y para cuándo? Para añadir algo que los clientes vean:
  status action add "…" --incident {id} --due 14d --public
Ponga después este documento al día. Si no hay nada, diga por qué.`,
    },
    timeline: { heading: "Qué dijimos y cuándo", question: null },
  },
  glance: {
    began: "**Inicio:** {time}",
    ended: "**Fin:** {time}",
    lasted: "**Duración:** {duration}",
    impact: "**Impacto:** {impact}",
    affected: "**Afectados:** {components}",
    component: "{name} (en el peor momento: {state})",
    firstWord: "**Primera palabra pública:** {duration} después del inicio",
    firstWordBefore: "**Primera palabra pública:** antes del inicio",
    noWord: "**Primera palabra pública:** ninguna mientras duró",
  },
  actions: {
    due: "{text} (hasta el {date})",
    done: "{text} (hecho el {date})",
    internal: "Estas no son públicas y se quedan en este comentario:",
  },
  timeline: {
    heard: {
      one: "oído en {heard} de {count} canal público",
      other: "oído en {heard} de {count} canales públicos",
    },
    withdrawn: "retirado después",
    kept: {
      one: "Prometimos horas para la siguiente actualización, y se cumplió {count} promesa.",
      other: "Prometimos horas para la siguiente actualización, y se cumplieron {count} promesas.",
    },
    late: { one: "{count} actualización llegó tarde.", other: "{count} actualizaciones llegaron tarde." },
    broken: {
      one: "{count} no llegó a todos los canales.",
      other: "{count} no llegaron a todos los canales.",
    },
    noPromise: "No prometimos hora para una siguiente actualización.",
  },
};
