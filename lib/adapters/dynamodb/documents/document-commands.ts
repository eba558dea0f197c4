import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand as PlainQueryCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteCommandInput,
  TransactWriteCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';

export type {
  PutCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';

import { marshalled } from './attribute-values.ts';

/** The commands of the SDK's document client that the service uses: same names, inputs and answers. */
export abstract class DocumentCommand<Input, Answer> {
  /** For the compiler only. */
  declare readonly answer?: Answer;
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }

  /** Sends it as a command of the plain client. Its answer has attribute values. */
  abstract sendBy(client: DynamoDBClient): Promise<object>;
}

export class GetCommand extends DocumentCommand<GetCommandInput, GetCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new GetItemCommand(marshalled(this.input)));
  }
}

export class PutCommand extends DocumentCommand<PutCommandInput, PutCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new PutItemCommand(marshalled(this.input)));
  }
}

export class UpdateCommand extends DocumentCommand<UpdateCommandInput, UpdateCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new UpdateItemCommand(marshalled(this.input)));
  }
}

export class DeleteCommand extends DocumentCommand<DeleteCommandInput, DeleteCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new DeleteItemCommand(marshalled(this.input)));
  }
}

export class QueryCommand extends DocumentCommand<QueryCommandInput, QueryCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new PlainQueryCommand(marshalled(this.input)));
  }
}

export class BatchGetCommand extends DocumentCommand<BatchGetCommandInput, BatchGetCommandOutput> {
  sendBy(client: DynamoDBClient) {
    return client.send(new BatchGetItemCommand(marshalled(this.input)));
  }
}

export class TransactWriteCommand extends DocumentCommand<
  TransactWriteCommandInput,
  TransactWriteCommandOutput
> {
  sendBy(client: DynamoDBClient) {
    return client.send(new TransactWriteItemsCommand(marshalled(this.input)));
  }
}
