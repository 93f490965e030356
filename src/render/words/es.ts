import type { Words } from "./words.ts";

export const es: Words = {
  phases: {
    investigating: "En investigación",
    identified: "Causa identificada",
    monitoring: "En observación",
    resolved: "Resuelto",
    scheduled: "Programado",
    in_progress: "En curso",
    verifying: "En comprobación",
    completed: "Completado",
  },
  states: {
    operational: "Operativo",
    under_maintenance: "En mantenimiento",
    degraded_performance: "Rendimiento reducido",
    partial_outage: "Interrupción parcial",
    major_outage: "Fuera de servicio",
  },
  impacts: {
    none: "sin impacto",
    minor: "impacto leve",
    major: "impacto importante",
    critical: "impacto crítico",
  },
  rehearsal: "DRILL: esto es un simulacro, no ocurre nada.",
  brokenGlass: "Comunicado sin la aprobación necesaria.",
  maintenance: "Mantenimiento",
  notice: "Aviso",
  statusPage: "Página de estado",
  seeStatusPage: "Ver la página de estado",
  statusOf: (property) => `Estado de ${property}`,
  mail: {
    reason: (property) => [
      `${property} envía este mensaje a `,
      " porque esta dirección está en su lista de avisos de estado.",
    ],
    unsubscribe: "Darse de baja",
  },
  forum: {
    announced: (time) => `mantenimiento programado, anunciado el ${time}`,
    update: (number) => `actualización ${number}`,
    statusUpdate: (title) => `${title} – aviso de estado`,
  },
};
