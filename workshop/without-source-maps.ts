/**
 * Turns source maps off; must be imported before anything else. cdktf takes a stack trace for every token, and tsx makes
 * Node map each of them back through the source maps of all modules: a quarter of the time of a synthesis, for traces that
 * nobody sees.
 */
process.setSourceMapsEnabled(false);
