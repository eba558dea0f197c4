/**
 * undici's own file of its `Client`, imported alone because the package's main file brings fetch, WebSocket,
 * caches and mocks along, which would double the bundle of the function that sends.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}
