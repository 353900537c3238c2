import type { SendableKind } from './kind.ts';

/** Sounds to write down, of which only somebody who says so can know that they are to be. */
export const AUDIO: SendableKind = {
  id: 'audio',
  matches: () => false,
  load: async () => (await import('./read-media.ts')).readSentAudio,
};
