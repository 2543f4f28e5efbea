/**
 * Stands in for node-emoji in the bundle. The renderer has the names that Slack uses, and asks this only first;
 * the 200 kB of a second list are not needed.
 */
export function emojify(text: string, options: { fallback: (name: string) => string }): string {
  return options.fallback(text.slice(1, -1));
}

/** What a person may react with here, with the names that Slack gives them. */
export const REACTIONS: readonly (readonly [string, string, string])[] = [
  ["white_check_mark", "✅", "Solved"],
  ["mute", "🔇", "Mute"],
  ["shushing_face", "🤫", "Quiet"],
  ["wastebasket", "🗑️", "Take away"],
  ["sos", "🆘", "Get a human"],
  ["+1", "👍", "Thumbs up"],
];

const MORE: Record<string, string> = { eyes: "👀", thumbsup: "👍", thumbsdown: "👎", "-1": "👎", x: "❌", tada: "🎉" };

/** The sign for a reaction's name, or the name between colons. */
export function sign(name: string): string {
  return REACTIONS.find(([known]) => known === name)?.[1] ?? MORE[name] ?? `:${name}:`;
}
