/** What operations of one kind share: the function that serves them, who may call them, and for which merchant. */

/** Operators, and a merchant itself, manage one merchant. */
export const managing = {
  function: 'admin',
  scopes: ['admin', 'merchant'],
  merchant: 'path',
  freshKey: true,
} as const;

/** Operators manage what belongs to no merchant. */
export const operating = { function: 'admin', scopes: ['admin'], merchant: 'none', freshKey: true } as const;

/** A receiver asks about its own merchant, and an admin about any. */
export const asking = {
  function: 'query',
  scopes: ['receiver', 'merchant'],
  merchant: 'key',
  forAdmins: true,
} as const;

/** A receiver changes notifications of its own merchant, and an admin those of any. */
export const settling = { ...asking, function: 'admin' } as const;

/** An initiator records outcomes for one merchant. */
export const recording = { function: 'record', scopes: ['initiator'], merchant: 'path' } as const;
