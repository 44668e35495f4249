package io.shardsum.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ways to break a file, or not quite. Each takes the file and returns another array. */
enum FileMutation {
  FLIP_BITS {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] mutant = file.clone();
      for (int count = random.nextInt(4); count >= 0 && mutant.length > 0; count--) {
        mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
      }
      return mutant;
    }
  },
  INSERT_BYTES {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] inserted = new byte[1 + random.nextInt(4)];
      random.nextBytes(inserted);
      int position = random.nextInt(file.length + 1);
      return splice(file, position, position, inserted);
    }
  },
  DELETE_BYTES {
    @Override
    byte[] apply(byte[] file, Random random) {
      int position = random.nextInt(file.length + 1);
      return splice(
          file, position, Math.min(file.length, position + 1 + random.nextInt(4)), new byte[0]);
    }
  },
  TRUNCATE {
    @Override
    byte[] apply(byte[] file, Random random) {
      return Arrays.copyOf(file, random.nextInt(file.length + 1));
    }
  },
  CHANGE_HEADER_LENGTH {
    @Override
    byte[] apply(byte[] file, Random random) {
      byte[] mutant = Arrays.copyOf(file, Math.max(8, file.length));
      ByteBuffer field = ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN);
      long[] lengths = {
        field.getLong(0) + random.nextInt(17) - 8,
        random.nextLong(),
        random.nextInt(3),
        mutant.length - 8L,
        100_000_000L + random.nextInt(2),
        Long.MAX_VALUE
      };
      field.putLong(0, lengths[random.nextInt(lengths.length)]);
      return mutant;
    }
  },
  SWAP_TOKENS {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file,
          tokens ->
              Collections.swap(
                  tokens, random.nextInt(tokens.size()), random.nextInt(tokens.size())));
    }
  },
  SWAP_NUMBERS {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file,
          tokens -> {
            int first = drawNumber(tokens, random);
            Collections.swap(tokens, first, drawNumber(tokens, random));
          });
    }
  },
  CHANGE_NUMBER {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file, tokens -> tokens.set(drawNumber(tokens, random), draw(NUMBERS, random)));
    }
  },
  CHANGE_TOKEN {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file, tokens -> tokens.set(random.nextInt(tokens.size()), draw(TOKENS, random)));
    }
  },
  INSERT_TOKEN {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file, tokens -> tokens.add(random.nextInt(tokens.size() + 1), draw(TOKENS, random)));
    }
  },
  REPEAT_TOKENS {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file,
          tokens -> {
            int from = random.nextInt(tokens.size());
            int to = Math.min(tokens.size(), from + 1 + random.nextInt(20));
            tokens.addAll(to, List.copyOf(tokens.subList(from, to)));
          });
    }
  },
  DELETE_TOKENS {
    @Override
    byte[] apply(byte[] file, Random random) {
      return editTokens(
          file,
          tokens -> {
            int from = random.nextInt(tokens.size());
            tokens.subList(from, Math.min(tokens.size(), from + 1 + random.nextInt(4))).clear();
          });
    }
  };

  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"|[-+.\\w]+|.", Pattern.DOTALL);
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private static final String[] NUMBERS = {
    "0",
    "1",
    "2",
    "3",
    "4",
    "8",
    "16",
    "-1",
    "-0",
    "00",
    "1.0",
    "1e0",
    "1e999",
    "NaN",
    "null",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616"
  };

  private static final String[] TOKENS = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\0",
    "{}",
    "[]",
    "null",
    "true",
    "1",
    "-1",
    "0.5",
    "\"\"",
    "\"a0\"",
    "\"dtype\"",
    "\"shape\"",
    "\"data_offsets\"",
    "\"__metadata__\"",
    "\"U8\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"x\":{\"y\":[1.5,null]},",
    "//",
    "'",
    ",\"n\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
  };

  /** A change to the tokens of a header, which are never none. */
  private interface TokenEdit {
    void apply(List<String> tokens);
  }

  abstract byte[] apply(byte[] file, Random random);

  /** Edits the header's text and sets the header's length to fit; files too broken stay. */
  private static byte[] editTokens(byte[] file, TokenEdit edit) {
    if (file.length < 8) {
      return file;
    }
    long headerLength = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (headerLength < 1 || headerLength > file.length - 8) {
      return file;
    }
    int dataOffset = 8 + (int) headerLength;
    List<String> tokens = new ArrayList<>();
    Matcher matcher =
        TOKEN.matcher(new String(file, 8, (int) headerLength, StandardCharsets.UTF_8));
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    edit.apply(tokens);
    byte[] header = String.join("", tokens).getBytes(StandardCharsets.UTF_8);
    byte[] mutant = splice(file, 8, dataOffset, header);
    ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length);
    return mutant;
  }

  private static int drawNumber(List<String> tokens, Random random) {
    List<Integer> numbers = new ArrayList<>();
    for (int index = 0; index < tokens.size(); index++) {
      if (NUMBER.matcher(tokens.get(index)).matches()) {
        numbers.add(index);
      }
    }
    return numbers.isEmpty() ? 0 : numbers.get(random.nextInt(numbers.size()));
  }

  private static String draw(String[] choices, Random random) {
    return choices[random.nextInt(choices.length)];
  }

  private static byte[] splice(byte[] file, int from, int to, byte[] inserted) {
    return ByteBuffer.allocate(file.length - (to - from) + inserted.length)
        .put(file, 0, from)
        .put(inserted)
        .put(file, to, file.length - to)
        .array();
  }
}
