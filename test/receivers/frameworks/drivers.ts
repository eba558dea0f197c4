/** Servers for what a framework or AWS would call itself: each passes requests on to a module of the page. */
export const DRIVERS = {
  'route.mjs': `
import { createServer } from 'node:http';
import { POST } from './route.mjs';

createServer(async (request, response) => {
  const { method, headers } = request;
  const answer = await POST(new Request('http://shop.example/hooks', { method, headers, body: request, duplex: 'half' }));
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}).listen(process.env.PORT);
`,
  'lambda.mjs': `
import { createServer } from 'node:http';
import { handler } from './lambda.mjs';

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  const body = Buffer.concat(chunks).toString('base64');
  const answer = await handler({ version: '2.0', headers, body, isBase64Encoded: true, requestContext: { http: { method } } });
  response.writeHead(answer.statusCode, answer.headers).end(answer.body);
}).listen(process.env.PORT);
`,
} as const;
