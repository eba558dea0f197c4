// Comes first: the other imports need what it checks.
import './peers.ts';

export * from '../index.ts';
