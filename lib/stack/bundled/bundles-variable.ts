/**
 * Names a directory that keeps the bundles of exactly these sources, for processes that synthesize them again and again. Only
 * tests set it: every command bundles anew.
 */
export const BUNDLES_VARIABLE = 'TIDINGS_BUNDLES';
