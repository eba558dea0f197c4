import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import openApi from '../docs/openapi.json' with { type: 'json' };

const answer: APIGatewayProxyStructuredResultV2 = {
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body: JSON.stringify(openApi),
};

/** Serves `docs/openapi.json`. No key is needed, and no other function has to bundle the file. */
export const handler = async (): Promise<APIGatewayProxyStructuredResultV2> => answer;
