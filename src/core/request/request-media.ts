import { audioInputTokens } from '../media/audio-tokens.ts';
import { fileInputTokens, fileKind } from '../media/file-tokens.ts';
import type { ImageRules } from '../media/image-rules.ts';
import { imageInputTokens } from '../media/image-tokens.ts';
import type { MediaTokens } from '../media/media-tokens.ts';
import type { CountedModel } from './framing.ts';
import type { FilePart, MediaPart } from './request.ts';

/** The input tokens of an image, a sound or a file in a request, as far as the request tells. */
export function requestMediaTokens(
  part: MediaPart,
  model: CountedModel,
  rules: ImageRules,
  countText: (text: string) => number,
): MediaTokens {
  const { unreadable, path } = part;
  if (unreadable !== undefined) return { basis: 'unknown', reason: `${path}: ${unreadable}` };
  switch (part.kind) {
    case 'image':
      return imageInputTokens(rules, model.id, part.size, part.detail);
    case 'audio':
      return audioInputTokens(model, part.length);
    case 'file':
      return fileTokens(part, countText);
  }
}

function fileTokens(part: FilePart, countText: (text: string) => number): MediaTokens {
  const { filename, url, fileId, path, pages, text } = part;
  const name = filename ?? url;
  if (name === undefined) {
    const what = fileId === undefined ? 'has no name' : `is ${fileId}, which only OpenAI has`;
    return { basis: 'unknown', reason: `the file at ${path} ${what}` };
  }
  const textTokens = text === undefined ? undefined : countText(text);
  return fileInputTokens(fileKind(name), { pages, textTokens });
}
