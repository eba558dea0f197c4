const fail = () => {
  throw new Error('disk full');
};

/** Logs that fail. A rejection that nothing handles ends a process, and fails a run of the tests. */
export const brokenLogs = [
  { name: 'throws', log: fail },
  { name: 'rejects', log: async () => fail() },
] as const;
