// Stands for `node:http` in the bundles. An `import` of it reads all its exports, and one of them loads Node's second HTTP
// client: 16 ms of processor time at the first request of a new instance.
module.exports = process.getBuiltinModule('node:http');
