import { operation } from '../contract/operation.ts';

/** The API about itself. `functions/document.ts` serves both without an app: they are packed files. */

export const readOpenApi = operation({
  operationId: 'readOpenApi',
  method: 'get',
  path: '/openapi.json',
  summary: 'This document',
  function: 'document',
  scopes: [],
  merchant: 'none',
  answers: () => ({ 200: { description: 'OpenAPI 3.1.' } }),
  problems: [],
});

export const readReference = operation({
  operationId: 'readReference',
  method: 'get',
  path: '/docs',
  summary: 'This document as a page for people',
  function: 'document',
  scopes: [],
  merchant: 'none',
  answers: () => ({ 200: { description: 'HTML, which loads nothing else.' } }),
  problems: [],
});
