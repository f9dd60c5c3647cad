/** Windows language ids in the words of the reader. */

/** Those that packages are published in most ([MS-LCID]); others are shown by their number. */
const tags: Readonly<Record<number, string>> = {
  1025: 'ar-SA',
  1026: 'bg-BG',
  1028: 'zh-TW',
  1029: 'cs-CZ',
  1030: 'da-DK',
  1031: 'de-DE',
  1032: 'el-GR',
  1033: 'en-US',
  1035: 'fi-FI',
  1036: 'fr-FR',
  1037: 'he-IL',
  1038: 'hu-HU',
  1040: 'it-IT',
  1041: 'ja-JP',
  1042: 'ko-KR',
  1043: 'nl-NL',
  1044: 'nb-NO',
  1045: 'pl-PL',
  1046: 'pt-BR',
  1048: 'ro-RO',
  1049: 'ru-RU',
  1050: 'hr-HR',
  1051: 'sk-SK',
  1053: 'sv-SE',
  1055: 'tr-TR',
  1058: 'uk-UA',
  2052: 'zh-CN',
  2057: 'en-GB',
  2070: 'pt-PT',
  3082: 'es-ES',
};

const names = new Intl.DisplayNames(undefined, { type: 'language' });

/** `US English (1033)`; 0 is neutral. */
export function languageName(id: number): string {
  if (id === 0) return 'neutral (0)';
  const tag = tags[id];
  return tag === undefined ? String(id) : `${names.of(tag) ?? tag} (${id})`;
}
