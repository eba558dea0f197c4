import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import openApi from '../docs/openapi.json' with { type: 'json' };

const answer: APIGatewayProxyStructuredResultV2 = {
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body: JSON.stringify(openApi),
};

/** The contract, for anybody: a file, for which nobody needs a key and no other function carries its weight. */
export const handler = async (): Promise<APIGatewayProxyStructuredResultV2> => answer;
