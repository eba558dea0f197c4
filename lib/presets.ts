export const FRONT_DOORS = ['http-api', 'function-url'] as const;
/** Where requests come in. */
export type FrontDoorKind = (typeof FRONT_DOORS)[number];

export const PRESETS = ['local', 'development', 'production'] as const;
/** What a deployment is for. Decides the defaults of the other settings, and what they may be. */
export type Preset = (typeof PRESETS)[number];
