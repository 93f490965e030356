import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "customers",
  does: "Mail. One message for each address, never a shared To; the addresses are usually lists.",
  steps: [
    "1. Ask whoever runs your mail for a server that may send as your status address, with a user of its own.",
    "2. Its address is one line: smtp://user:password@host:587, or smtps://user:password@host:465.",
    "   A character such as @ or / in the password is written %40, %2F.",
    "3. Let SPF and DKIM of the sender's domain cover that server, else what matters lands among spam.",
    "4. For more readers than a list server carries, see docs/mailings.md.",
  ],
  needs: [
    {
      field: "smtp",
      question: "The mail server's address",
      env: ["SMTP_URL", "MAIL_URL", "EMAIL_SERVER", "MAILER_DSN"],
    },
    {
      field: "from",
      question: "The sender",
      env: ["SMTP_FROM", "MAIL_FROM", "EMAIL_FROM"],
      example: "status@example.com",
    },
    {
      field: "to",
      question: "Who receives it? (addresses, separated by commas)",
      env: [],
      example: ["all@example.com"],
      reads: "list",
      unless: "recipients",
    },
  ],
  more: ["Instead of to: a list of any length, one mail for each on it:", "recipients: customers.csv"],
};
