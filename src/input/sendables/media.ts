import { type MediaEndpoint, mediaEndpointOf } from '../requests/media-endpoint.ts';
import type { Head } from './head.ts';
import type { SendableKind } from './kind.ts';

/** A request to make images or speech, or to write down audio. */
export const MEDIA_REQUEST: SendableKind = {
  id: 'media',
  title: 'a request for images, speech or a transcription',
  matches: (head) => !head.isLines && mediaEndpointIn(head) !== undefined,
  load: async () => (await import('./read-media.ts')).readSentMedia,
};

function mediaEndpointIn({ keys, text }: Head): MediaEndpoint | undefined {
  const [, model] = keys.has('model') ? (/"model"\s*:\s*"([\w.:-]+)"/.exec(text) ?? []) : [];
  return mediaEndpointOf(keys, model);
}

/** Sounds to write down, of which only somebody who says so can know that they are to be. */
export const AUDIO: SendableKind = {
  id: 'audio',
  title: 'audio to be written down',
  matches: () => false,
  load: async () => (await import('./read-media.ts')).readSentAudio,
};
