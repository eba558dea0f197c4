import { listOfWords, OUTCOME_STATUSES, SCHEDULE_PRESETS } from '../../protocol/contract-words.ts';
import type { ProblemCode } from './problems.ts';

/** What a caller does about each problem code. For `docs/errors.md` and the API reference; no function needs it. */
export const REMEDIES: Readonly<Record<ProblemCode, string>> = {
  malformed_json:
    'Send one JSON value. Look for a body that was cut off, or quotation marks that a shell took away.',
  invalid_utf8: 'Encode the body as UTF-8.',
  malformed_request: 'Percent-encode ids and values as UTF-8: `encodeURIComponent(value)`.',
  unexpected_content: 'Leave the body out, and the header `content-length` with it.',
  inexact_number:
    'Write the number as text: `"0.1234567890123456789"`. Amounts are integers in the minor unit.',
  duplicate_key: 'Name each key once. `errors` says which one is there twice.',
  forbidden_key: 'Rename the key. `__proto__` is one of those that are refused.',
  too_deep: 'Flatten the object, or store it as text.',
  invalid_request: 'Compare the request with its schema; `errors` names what does not match.',
  unknown_field: 'Remove the field, or correct its name. `errors` points to it.',
  unknown_parameter: 'Remove the query parameter, or correct its name.',
  repeated_parameter: 'Give the query parameter once.',
  missing_field: 'Add the field that `errors` points to.',
  invalid_type:
    'Correct the type of the field that `errors` points to; `detail` names it. Amounts are numbers, times are text.',
  invalid_value: 'Use a value that `detail` names for the field that `errors` points to.',
  invalid_text:
    'Remove the character, or encode the text. Often a text was cut between the halves of an emoji.',
  invalid_id: 'Use up to 64 letters, digits, `_` and `-`; a transaction’s id may also have `:`.',
  invalid_status: `Use ${listOfWords(OUTCOME_STATUSES.map((status) => `\`${status}\``))}.`,
  invalid_amount:
    'Send an integer in the minor unit: 19.99 is `1999`. It is never negative: a refund is a type of its own.',
  unknown_currency: 'Use the three capital letters of ISO 4217, such as `CNY`.',
  invalid_date:
    'Write times with their offset: `2026-11-20T08:00:00Z` or `2026-11-20T16:00:00+08:00`. In a query, write `+` as `%2B`.',
  date_in_past: 'Choose a later time, and check the clock of the caller.',
  outlives_key: 'Let the new key expire earlier, or create it with a key that lives longer.',
  invalid_reference: 'Use 1 to 64 printable ASCII characters. Store longer names in `metadata`.',
  invalid_type_name: 'Use a short lower-case word such as `payment` or `refund`. Never use an id.',
  reserved_type: 'Choose another type. Alerts of the service itself begin with `tidings.`.',
  invalid_event_type: 'Name types as `payment.succeeded`, `payment.*`, `*` or `tidings.*`.',
  invalid_schedule: `Use ${SCHEDULE_PRESETS.map((name) => `\`${name}\``).join(', ')}, or 1 to 30 delays in seconds.`,
  unknown_time_zone:
    'Use `UTC`, or a name of the IANA database with its region. `CST` is not one: it means several.',
  invalid_scope:
    'Use a scope that the reference lists for this path. A merchant has `receiver` and `merchant` keys.',
  invalid_range: 'Exchange `from` and `to`.',
  unaligned_time: 'Round the time down to `windowSeconds` of this answer.',
  range_too_long: 'Ask in parts of at most `maxSeconds`, or with a coarser `resolution`.',
  range_too_large: 'Split the range. `maxOutcomes` says how much one job takes.',
  answer_too_large: 'Ask for less: fewer buckets, a smaller `limit`, a shorter range.',
  duplicate_row: 'Send each row once. If your ledger has it twice, a duplicate was booked.',
  wrong_bucket: 'Send only rows of this bucket: the first byte of SHA-256 of the transaction id.',
  beyond_retention:
    'Begin at `oldest` or later. What is older is no longer kept; use your copies of the statements.',
  in_future: 'Ask for an earlier time, and check the clock of the caller.',
  invalid_cursor: 'Pass `nextCursor` of the last page unchanged, to the same list, with the same filter.',
  cursor_expired: 'Begin again with `from`, at `oldest` or later. To be safe against long pauses, reconcile.',
  exclusive_parameters:
    'Leave out some of the parameters that `errors` names; `detail` says which go together.',
  too_long: 'Shorten the field that `errors` points to.',
  too_many_headers: 'Remove headers. Values that belong together can share one.',
  invalid_header: 'Correct the name, or encode the value, for example as base64.',
  reserved_header: 'Choose another name. A signature replaces most of what such a header is for.',
  duplicate_header: 'Give each name once.',
  check_back_not_pending: 'Remove `checkBack`: an outcome that has ended needs no question.',
  feed_shards_shrink: 'Leave the number, or raise it.',
  invalid_url: 'Give an absolute URL, such as `https://shop.example/hook`.',
  url_too_long: 'Shorten the URL. The callback has all data in its body.',
  https_required: 'Use `https`. Loopback addresses are allowed on one machine only.',
  port_refused: 'Use port 443 or 8443, or have the operator add the port (`callbackPorts`).',
  fragment_in_url: 'Remove what follows `#`: it never reaches a server.',
  credentials_in_url: 'Remove user and password. Use custom `headers` of the endpoint.',
  address_refused: 'Use a host with a public address. Private and loopback addresses are refused.',
  missing_key: 'Send `authorization: Bearer tk_…`. Some proxies remove this header.',
  invalid_key:
    'Send `authorization: Bearer tk_…`, never `Basic`. Check that the key is whole and of this deployment. Create another one if it was revoked or has expired.',
  insufficient_scope: 'Use a key of a scope that `detail` names.',
  not_found: 'Correct the path. All paths of the API begin with `/v1/`.',
  method_not_allowed: 'Use a method of the header `Allow`.',
  unknown_merchant:
    'Create the merchant, or correct its id. A merchant’s key gets this for every other merchant, too.',
  unknown_transaction:
    'Check id and merchant. If the initiator may still record it, ask again later; the answer holds as of `asOf`.',
  unknown_version: 'Use 1, or 2 for an end after a PENDING.',
  unknown_notification: 'Take the id from the transaction or from `GET /v1/notifications`.',
  unknown_statement: 'Check the date. The merchant, or the service, began after this day.',
  not_erased:
    'Nothing to do: only an erased merchant has an erasure. `DELETE /v1/merchants/{merchantId}` erases one.',
  unknown_job: 'Take the id from `GET /v1/redeliveries`.',
  unknown_endpoint: 'Take the id from the merchant’s list of endpoints; it may have been deleted.',
  unknown_record: 'It was put back, or look further back with `days`.',
  unknown_key: 'Take the id from the list of keys: the part between `tk_` and the next `_`.',
  not_unresolved:
    'Nothing to resolve: look at the transaction. It has ended, or its initiator is still asked.',
  outcome_conflict:
    'Never change and repeat: the stored end stays. Compare with `current`, and find out which system is wrong.',
  not_terminal: 'Wait for the end. A PENDING has no notification.',
  outcome_mismatch: 'Record the end with the amount, currency, type and reference of its PENDING.',
  window_not_closed: 'Ask through `closedThrough`, or wait some minutes.',
  window_too_large: 'Ask with `buckets`, or for the rows, a page at a time.',
  window_in_doubt: 'Ask again in an hour. Operators are alerted if the audit confirms it.',
  too_many_differences: 'Ask by bucket, or fetch the rows and compare them yourself.',
  statement_not_ready: 'Ask again after `readyAfter`.',
  merchant_conflict: 'If it is your merchant, change it with PATCH. Otherwise choose another id.',
  too_many_endpoints: 'Delete endpoints that are not used, or let one endpoint take more types.',
  endpoint_deleted: 'Use another id. Messages of the deleted endpoint may still be on their way.',
  header_values_required:
    'Give each header’s value again, or `null` to remove it. Values are never sent to a new host unasked.',
  too_many_keys: 'Revoke keys that are not used.',
  too_many_jobs: 'Wait until a redelivery ends, or cancel one.',
  confirmation_required:
    'Read what the request would do. Repeat it with `confirm` of this answer if you want that.',
  too_many_changes:
    'Wait. Something creates and deletes endpoints in a loop: give them ids of your own and use PUT.',
  too_many_secrets: 'Wait until an overlap ends. If a secret leaked, rotate with `overlapSeconds: 0`.',
  rotation_repeated:
    'The secret was shown in the first answer. If that answer is lost, rotate with another `rotationId`.',
  rotation_conflict: 'Use the `overlapSeconds` of the first request, or another `rotationId`.',
  merchant_erased: 'Nothing can be done: the id is never used again. Create another merchant.',
  body_too_large: 'Send less: at most 64 KiB an outcome, 100 outcomes and 4 MiB a batch.',
  unsupported_media_type: 'Send `content-type: application/json`, UTF-8, without `content-encoding`.',
  too_many_tests: 'Wait for `Retry-After`: one test of an endpoint at a time, at most every 10 s.',
  too_many_queries: 'Wait for `Retry-After`, and run fewer large queries side by side. The kits do both.',
  internal:
    'Repeat the request, with growing pauses: recording and asking are safe to repeat. If it stays, tell the operators.',
  unreadable_row: 'Nothing that the caller can do. Operators were alerted: `UnreadableRows` in the runbook.',
  clock_skew: 'Repeat the request in a second: another machine answers.',
  unavailable:
    'Repeat the request, with growing pauses: recording and asking are safe to repeat. It may have taken effect.',
};
