import type { Scenario } from "./scenario.ts";

/**
 * 29 June 2010 as it should have gone. The outage and its length are history; the clock times and the words are ours.
 * What happened: transparentuptime.com, 29 and 30 June 2010; nbcnews.com, 30 June 2010; read 2026-11.
 */
export const amazon2010: Scenario = {
  name: "amazon-2010",
  title: "29 June 2010, as it should have gone",
  property: {
    name: "Amazon.com",
    url: "https://www.amazon.com",
    statusUrl: "https://status.example.org",
    timeZone: "America/Los_Angeles",
  },
  components: [
    { id: "storefront", name: "Storefront" },
    { id: "checkout", name: "Orders and payment" },
    {
      id: "digital",
      name: "Digital",
      components: [
        { id: "kindle-downloads", name: "Kindle downloads" },
        { id: "mp3-store", name: "MP3 store" },
      ],
    },
    { id: "shipping", name: "Shipping" },
    { id: "sellers", name: "Seller services" },
    { id: "aws", name: "Amazon Web Services" },
  ],
  outageAt: new Date("2010-06-29T16:40:00Z"),
  steps: [
    {
      at: new Date("2010-06-29T16:45:00Z"),
      label: "We know, and we say so",
      argv: [
        "announce",
        "--title",
        "Amazon.com is unavailable",
        "--impact",
        "critical",
        "--component",
        "storefront",
        "--component",
        "checkout",
        "--component",
        "kindle-downloads=partial_outage",
        "--started-at",
        "09:40",
        "--next-update",
        "30m",
        "--yes",
      ],
    },
    {
      at: new Date("2010-06-29T17:12:00Z"),
      label: "What is broken, and what is not",
      argv: [
        "update",
        "--phase",
        "identified",
        "--message",
        "We have found what is failing: our product pages cannot load. We are bringing them back in steps.\n\nOrders that you placed before 09:40 PDT are safe and ship as planned. **Shipping and Amazon Web Services work normally.** Kindle books that you own can be read; some new downloads fail.",
        "--short",
        "Amazon.com is unavailable: we have found what is failing and are bringing product pages back in steps. Orders placed before 09:40 PDT are safe. Shipping and AWS work normally.",
        "--next-update",
        "60m",
        "--yes",
      ],
    },
    {
      at: new Date("2010-06-29T18:08:00Z"),
      label: "Most of it works again",
      argv: [
        "update",
        "--phase",
        "monitoring",
        "--message",
        "Most product pages and orders work again, and Kindle downloads do too. Some pages are still slow. If a page does not load, please wait a minute before you try again.",
        "--component",
        "storefront=degraded_performance",
        "--component",
        "checkout=degraded_performance",
        "--component",
        "kindle-downloads=operational",
        "--next-update",
        "90m",
        "--yes",
      ],
    },
    {
      at: new Date("2010-06-29T19:36:00Z"),
      label: "It is over, and what comes next",
      argv: [
        "resolve",
        "--message",
        "Amazon.com works normally again. No orders and no personal data were lost. We will publish here what went wrong and what we are changing.",
        "--yes",
      ],
    },
  ],
  history: {
    headline: "About three hours, and no word to customers",
    facts: [
      "The shop was down or barely usable for about three hours.",
      "Customers asked each other on Twitter whether something was wrong.",
      "The cause was not explained that day.",
    ],
    channels: [
      { name: "Twitter account", said: "nothing" },
      { name: "AWS health dashboard", said: "all green" },
      { name: "Mail to customers", said: "nothing on record" },
      {
        name: "Seller forum",
        said: "one note that Amazon was “experiencing an issue”",
      },
    ],
  },
  marked: false,
};
