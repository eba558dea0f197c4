/**
 * Stands for `@aws-sdk/endpoint-cache` in the bundles. DynamoDB's client opens a cache for endpoints that it discovers. No
 * function turns discovery on, and the cache with what it imports is 8 KB of each bundle.
 */
export class EndpointCache {
  has(): boolean {
    return false;
  }

  /** Only called with discovery on. Without an entry, the client asks each time. */
  get(): undefined {
    return undefined;
  }

  getEndpoint(): undefined {
    return undefined;
  }

  set(): void {
    // Nothing is kept.
  }

  delete(): void {
    // Nothing is kept.
  }

  clear(): void {
    // Nothing is kept.
  }
}
