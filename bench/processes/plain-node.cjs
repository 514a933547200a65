// Runs the program named first among the arguments, compiled by tsx, which is then taken away again: what is measured is
// plain Node, in the program and in the threads that it starts.
const { register } = require('tsx/cjs/api');

const unregister = register();
require(process.argv[2]);
unregister();
