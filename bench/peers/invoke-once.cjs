// What Lambda's runtime does at a cold start: load the package, call the handler with the event.
const [, , directory] = process.argv;
const { handler } = require(`${directory}/index.js`);
handler(JSON.parse(process.env.EVENT), {}).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
