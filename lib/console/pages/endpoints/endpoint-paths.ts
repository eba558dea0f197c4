/** The paths of endpoints' pages and actions. */
export const ENDPOINTS = '/merchants/{merchantId}/endpoints';
export const NEW_ENDPOINT = '/merchants/{merchantId}/endpoints/new';
export const ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}';
export const EDIT_ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}/edit';
export const TEST_ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}/test';
export const ROTATE_SECRET = '/merchants/{merchantId}/endpoints/{endpointId}/secret';
export const DISABLE_ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}/disable';
export const SWITCH_ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}/switch';
export const DELETE_ENDPOINT = '/merchants/{merchantId}/endpoints/{endpointId}/delete';
