import { canonicalJson } from '../../protocol/json/canonical-json.ts';
import type { GatheredEndpoint, GatheredMerchant } from './gather-settings.ts';
import {
  ENDPOINT_FIELDS,
  type Field,
  MERCHANT_FIELDS,
  type Settings,
  type SettingValue,
} from './setting-fields.ts';
import type { EndpointEntry, MerchantEntry } from './settings-file.ts';

/** What an import would do: the difference between a file and a service. */

export interface Difference {
  readonly merchantId: string;
  /** Absent: the merchant itself. */
  readonly endpointId?: string;
  readonly action: 'create' | 'change' | 'same' | 'only_there';
  /** Of a change: what differs. Of a creation: all settings. */
  readonly changes: readonly Change[];
  /** Headers whose value must be given, because no export has it. */
  readonly neededHeaders: readonly string[];
  /** What people should know about it: sentences. */
  readonly remarks: readonly string[];
}

export interface Change {
  readonly field: string;
  /** Absent: there is none. */
  readonly from?: SettingValue;
  readonly to?: SettingValue;
}

interface Owner {
  readonly merchantId: string;
  readonly endpointId?: string;
}

/** In the order of the file: each merchant before its endpoints. What only the service has comes last, and stays. */
export function compareSettings(
  wanted: readonly MerchantEntry[],
  there: readonly GatheredMerchant[],
): readonly Difference[] {
  const found = new Map(there.map((merchant) => [merchant.merchantId, merchant]));
  const inFile = new Set(wanted.map(({ merchantId }) => merchantId));
  return [
    ...wanted.flatMap((merchant) => merchantDifferences(merchant, found.get(merchant.merchantId))),
    ...there
      .filter(({ merchantId }) => !inFile.has(merchantId))
      .map(({ merchantId }) => onlyThere({ merchantId })),
  ];
}

function merchantDifferences(
  { merchantId, settings, endpoints }: MerchantEntry,
  there: GatheredMerchant | undefined,
): readonly Difference[] {
  const found = new Map(there?.endpoints.map((endpoint) => [endpoint.endpointId, endpoint]));
  const inFile = new Set(endpoints.map(({ endpointId }) => endpointId));
  const others = there?.endpoints.filter(({ endpointId }) => !inFile.has(endpointId)) ?? [];
  return [
    merchantDifference({ merchantId }, settings, there?.settings),
    ...endpoints.map((endpoint) => endpointDifference(merchantId, endpoint, found.get(endpoint.endpointId))),
    ...others.map(({ endpointId }) => onlyThere({ merchantId, endpointId })),
  ];
}

function merchantDifference(owner: Owner, wanted: Settings, there: Settings | undefined): Difference {
  if (there === undefined) return creation(owner, wanted, MERCHANT_FIELDS);
  const [shards, shardsThere] = [Number(wanted.feedShards), Number(there.feedShards)];
  const isLess = shards < shardsThere;
  const changes = changesOf(wanted, there, MERCHANT_FIELDS).filter(
    ({ field }) => !(isLess && field === 'feedShards'),
  );
  const remarks = isLess ? [`feedShards stays ${shardsThere}, because it can only grow.`] : [];
  return { ...owner, action: actionOf(changes), changes, neededHeaders: [], remarks };
}

function endpointDifference(
  merchantId: string,
  { endpointId, settings }: EndpointEntry,
  there: GatheredEndpoint | undefined,
): Difference {
  const owner = { merchantId, endpointId };
  const headers = namesIn(settings);
  if (there === undefined) {
    const remarks = settings.enabled === false ? ['It is created disabled, as it is in the file.'] : [];
    return { ...creation(owner, settings, ENDPOINT_FIELDS), neededHeaders: headers, remarks };
  }
  const changes = changesOf(settings, there.settings, ENDPOINT_FIELDS);
  const isMoved = originOf(settings.url) !== originOf(there.settings.url);
  const known = namesIn(there.settings);
  // The service keeps a value for its own origin only.
  const neededHeaders = headers.filter((name) => isMoved || !known.includes(name));
  return { ...owner, action: actionOf(changes), changes, neededHeaders, remarks: remarksOf(settings, there) };
}

const REASONS: Readonly<Record<string, string>> = {
  gone: 'because its receiver answered 410',
  failing_for_days: 'because it failed for days',
  requested: 'by a request',
};

function remarksOf(
  { enabled }: Settings,
  { settings, disabledReason = '' }: GatheredEndpoint,
): readonly string[] {
  if (enabled === settings.enabled) return [];
  if (enabled === false) return ['It is disabled: new outcomes are not sent to it.'];
  return [`It was disabled there ${REASONS[disabledReason] ?? ''}`.trimEnd().concat(', and is enabled.')];
}

function creation(owner: Owner, settings: Settings, fields: readonly Field[]): Difference {
  const changes = changesOf(settings, {}, fields);
  return { ...owner, action: 'create', changes, neededHeaders: [], remarks: [] };
}

function onlyThere(owner: Owner): Difference {
  return { ...owner, action: 'only_there', changes: [], neededHeaders: [], remarks: [] };
}

function actionOf(changes: readonly Change[]): 'change' | 'same' {
  return changes.length === 0 ? 'same' : 'change';
}

function changesOf(wanted: Settings, there: Settings, fields: readonly Field[]): readonly Change[] {
  return fields.flatMap(({ name: field }) => {
    const [to, from] = [wanted[field], there[field]];
    if (formOf(field, to) === formOf(field, from)) return [];
    return [{ field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** Sets have no order, and one accepted body is the same with and without a list. */
function formOf(field: string, value: SettingValue | undefined): string {
  if (value === undefined) return '';
  const isSet = field === 'types' || field === 'expectBody' || field === 'headers';
  return canonicalJson(isSet ? [value].flat().map(String).sort() : value);
}

export function namesIn({ headers }: Settings): readonly string[] {
  return Array.isArray(headers) ? headers.map(String) : [];
}

function originOf(url: SettingValue | undefined): string {
  return URL.parse(String(url))?.origin ?? String(url);
}
