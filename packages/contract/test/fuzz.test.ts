/** Tokens and paths from outside: refused with their code, or what they say they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { formatToken, isHoldfastError, parseToken, RelativePath } from '../src/index.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const tokens = fc.record(
  {
    siteCode: fc.stringMatching(/^[A-Z0-9]{3}$/),
    policyKey: bytes.map((key) => Buffer.from(key).toString('hex')),
    secret: bytes.map((secret) => Buffer.from(secret).toString('base64url')),
  },
  { noNullPrototype: true },
);

/** A text with some characters replaced. */
const spoilt = fc
  .tuple(
    tokens.map(formatToken),
    fc.nat(),
    fc.nat(3),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.stringMatching(/^[\w.-]{1,3}$/)),
  )
  .map(([text, at, gone, put]) => {
    const place = at % text.length;
    return text.slice(0, place) + put + text.slice(place + gone);
  });

test('a token is read back as it was made, whatever blanks are around it', () => {
  fc.assert(
    fc.property(tokens, fc.stringMatching(/^[ \t\r\n]{0,3}$/), (token, blank) => {
      assert.deepEqual(parseToken(`${blank}${formatToken(token)}${blank}`), token);
    }),
  );
});

test('any other text is refused as malformed, or is a token of the right form', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), spoilt), (text) => {
      try {
        const token = parseToken(text);
        assert.match(token.siteCode, /^[A-Z0-9]{3}$/);
        assert.match(token.policyKey, /^[0-9a-f]{64}$/);
        assert.equal(token.secret.length, 43);
        assert.ok(text.trim().startsWith(`HF1.${token.siteCode}.`) && text.trim().endsWith(token.secret));
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'token.malformed'), String(thrown));
      }
    }),
    { numRuns: 1000 },
  );
});

test('no relative path leads up, names nothing, or begins at a root', () => {
  const shape = Compile(RelativePath);
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('..', '.', '/', '\\', ':', '\0', '\n', '\u2028', '\u2029', 'a') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2 }) },
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      (path) => {
        if (!shape.Check(path)) return;
        for (const name of path.split('/')) assert.ok(!['', '.', '..'].includes(name), JSON.stringify(path));
        assert.ok(!/[\\:\0\n]/.test(path), JSON.stringify(path));
      },
    ),
    { numRuns: 5000, examples: [['a\u2028/../b'], ['a/..\u2029']] },
  );
  assert.ok(shape.Check('folder/sub.d/...file..'));
});
