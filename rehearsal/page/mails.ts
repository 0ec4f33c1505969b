import type { Mail } from "../../local-aws/api/account";
import type { Fact } from "../play/scene";
import { subjectOf } from "../print/mail-subject";
import { html, type Html } from "./html";
import { timeOfDay } from "./moment";

/** Writes the mails among some facts, each as people receive it. */
export function renderMails(facts: readonly Fact[]): Html | undefined {
  const mails = facts.flatMap((fact) => (fact.kind === "mail" ? fact.mail : []));
  return mails.length === 0
    ? undefined
    : html`<ul class="plain">
        ${mails.map(renderMail)}
      </ul>`;
}

const renderMail = (mail: Mail): Html =>
  html`<li>
    <details>
      <summary>
        <time>${timeOfDay(mail.sentAt)}</time> <span class="subject">${titleOf(mail)}</span>
        <small>Subject: ${subjectOf(mail)} · topic ${mail.topicArn.split(":").at(-1)}</small>
      </summary>
      <pre tabindex="0">${mail.message}</pre>
    </details>
  </li> `;

/** What a mail is about: if it has no subject of its own, it begins with that, in the quotation marks of EventBridge's lines. */
const titleOf = ({ subject, message }: Mail): string => subject ?? message.split("\n")[0]!.replace(/^"|"$/g, "");
