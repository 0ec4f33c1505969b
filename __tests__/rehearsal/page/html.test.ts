import { html } from "../../../rehearsal/page/html";

test("escapes what could become markup, in text and in attributes", () => {
  const hostile = `"><script>alert('1')</script>&amp;`;
  expect(html`<p title="${hostile}">${hostile}</p>`.source).toBe(
    `<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">` +
      `&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</p>`,
  );
});

test.each<[string, string, string]>([
  ["the direction of writing", "ab\u202egpj.exe", "ab\\u{202e}gpj.exe"],
  ["a control character", "a\u0000b\u001b[31m", "a\\u{0}b\\u{1b}[31m"],
  ["something without a width", "pay\u200bpal\ufeff", "pay\\u{200b}pal\\u{feff}"],
  ["a tag character outside of the basic plane", "a\u{e0041}", "a\\u{e0041}"],
  ["a separator of lines", "a\u2028b", "a\\u{2028}b"],
])("shows %s by its number", (_, text, expected) => {
  expect(html`${text}`.source).toBe(expected);
});

test("keeps line breaks, tabs and letters of all languages", () => {
  expect(html`${"a\n\tž 日本 🙂"}`.source).toBe("a\n\tž 日本 🙂");
});

test("joins lists, leaves out undefined, and does not escape HTML again", () => {
  const items = [1, 2].map((each) => html`<b>${each}</b>`);
  expect(html`<p>${items}${undefined}</p>`.source).toBe("<p><b>1</b><b>2</b></p>");
});
