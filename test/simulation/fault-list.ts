/** One deliberate fault: what stands in the code once, and what it is replaced with. */
export interface DeliberateFault {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Nets that would mend it: turned off, so that the fault itself is seen. */
  readonly without?: readonly ('sweep' | 'audit')[];
}

export const FAULTS: readonly DeliberateFault[] = [
  {
    name: 'the message is let go before the next attempt is scheduled',
    file: 'lib/core/deliver.ts',
    find: `    if (result.kind === 'saved') {
      if (isDue(next)) await sendDue(ports, next);`,
    replace: `    if (result.kind === 'saved') {`,
    without: ['sweep'],
  },
  {
    name: 'a message that was received again does not send what is due',
    file: 'lib/core/deliver.ts',
    find: 'if (resent) await sendDue(ports, standing);',
    replace: '',
    without: ['sweep'],
  },
  {
    name: 'a function that failed lets its message go',
    file: 'lib/core/messages.ts',
    find: 'if (!(error instanceof Fault && HOPELESS.has(error.code))) throw error;',
    replace: 'if (!(error instanceof Fault && HOPELESS.has(error.code))) return;',
    without: ['sweep', 'audit'],
  },
  {
    name: 'a write whose answer was lost is taken for somebody else’s',
    file: 'lib/core/saving.ts',
    find: 'current?.rev === next.rev && current.writtenBy === writtenBy',
    replace: 'false',
    without: ['sweep'],
  },
  {
    name: 'no rev in the condition',
    file: 'lib/adapters/memory/fenced.ts',
    find: '(standing?.rev ?? 0) === expectedRev',
    replace: 'true',
  },
  {
    name: 'a failed extra attempt undoes a delivery',
    file: 'lib/core/transitions.ts',
    find: 'if (!isOpen(notification)) return settle(tried, notification.state);',
    replace: '',
  },
  {
    name: 'the sweep sends without a lease',
    file: 'lib/core/sweep.ts',
    find: '(await store.lease(item, until)) ? item : undefined',
    replace: 'until === undefined ? undefined : item',
  },
  {
    name: 'the sweep finds nothing',
    file: 'lib/core/sweep.ts',
    find: 'if (keys.length === 0) return 0;',
    replace: 'if (keys.length >= 0) return 0;',
  },
  {
    name: 'relay drops what the queue refuses, and nobody audits',
    file: 'lib/core/relay.ts',
    find: "await ports.dispatcher.sendNow('first', messages.first);",
    replace: "await ports.dispatcher.sendNow('first', messages.first).catch(() => undefined);",
    without: ['audit'],
  },
  {
    name: 'the audit finds what is missing and does not make it',
    file: 'lib/core/audit.ts',
    find: "if (!(await ports.notifications.save(created, 'absent'))) return;",
    replace: 'if (created.rev === 0) return;',
  },
  {
    name: 'an outcome is written over',
    file: 'lib/adapters/memory/stores.ts',
    find: "if (table.outcomes.has(name)) return 'exists';",
    replace: '',
  },
  {
    name: 'another content is taken for the same',
    file: 'lib/core/recording.ts',
    find: 'return contentText(left) === contentText(right);',
    replace: 'return contentText(left).length > 0 && contentText(right).length > 0;',
  },
  {
    name: 'a second end is written as the next version',
    file: 'lib/core/recording.ts',
    find: "if (current.status !== 'PENDING' || content.status === 'PENDING') return { kind: 'conflict', current };",
    replace: '',
  },
  {
    name: 'windows are closed before the index has caught up',
    file: 'lib/core/close.ts',
    find: 'ports.clock.now() - ports.feedLagSeconds * SECOND_MS',
    replace: 'ports.clock.now() - 0 * SECOND_MS * ports.feedLagSeconds',
  },
  {
    name: 'a merchant that could not be closed gets no mark of its own',
    file: 'lib/core/walk.ts',
    find: 'else await ports.directory.saveOwnMark(merchantId, walk.mark, isoTime(reachedMs));',
    replace: '',
  },
  {
    name: 'a schedule ends after its first failure',
    file: 'lib/core/transitions.ts',
    find: "if (next === 'exhausted') return settle(tried, 'exhausted');",
    replace: "if (next !== undefined) return settle(tried, 'exhausted');",
  },
  {
    name: 'operators are not told of an end',
    file: 'lib/core/delivery-events.ts',
    find: "if (state !== 'exhausted' && state !== 'blocked') return;",
    replace: "if (state !== 'blocked') return;",
  },
  {
    name: 'a redirect counts as a delivery',
    file: 'lib/core/classify.ts',
    find: 'statusCode >= 200 && statusCode <= 299',
    replace: 'statusCode >= 200 && statusCode <= 399',
  },
  {
    name: 'a 200 that says failure counts as a delivery',
    file: 'lib/core/classify.ts',
    find: 'if (expectBody === undefined) return true;',
    replace: 'if (expectBody === undefined || response.statusCode === 200) return true;',
  },
  {
    name: 'the body is built anew for each attempt',
    file: 'lib/core/callback.ts',
    find: 'timestamp: outcome.recordedAt,',
    replace: 'timestamp: outcome.recordedAt + Math.random(),',
  },
];
