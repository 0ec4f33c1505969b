/**
 * To be imported before anything else. cdktf takes a stack trace for every token, and tsx has Node map each of them back
 * through the source maps of all modules: a quarter of the time of a synthesis, for traces that nobody sees. What is wrong
 * with the settings is said in words.
 */
process.setSourceMapsEnabled(false);
