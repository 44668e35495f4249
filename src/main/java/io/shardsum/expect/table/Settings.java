package io.shardsum.expect.table;

import io.shardsum.expect.model.ExpectException;
import io.shardsum.text.ForeignText;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** An engine's flags and environment variables, read as its file of tables declares them. */
final class Settings {
  private Settings() {}

  /**
   * The name of a setting in expressions.
   *
   * @param setting as the engine spells it
   */
  static String name(String setting) {
    return setting.replace('-', '_');
  }

  /**
   * The values by their names in expressions; null for what is not set and has no default.
   *
   * @param declared by setting: the words of a choice, the first being the default, or a kind and
   *     what it is unless it is set
   * @throws ExpectException if a setting is not known, or has a wrong value
   */
  static Map<String, Object> values(Map<String, ?> declared, Map<String, String> given) {
    for (String setting : given.keySet()) {
      if (!declared.containsKey(setting)) {
        throw new ExpectException(
            "unknown setting %s; allowed: %s"
                .formatted(
                    ForeignText.quoted(setting),
                    String.join(", ", new TreeSet<>(declared.keySet()))));
      }
    }
    Map<String, Object> values = new HashMap<>();
    declared.forEach(
        (setting, kind) -> values.put(name(setting), value(setting, kind, given.get(setting))));
    return values;
  }

  private static Object value(String setting, Object kind, String given) {
    if (kind instanceof List<?> words) {
      String value = given != null ? given : (String) words.get(0);
      if (!words.contains(value)) {
        List<String> allowed = words.stream().map(String::valueOf).toList();
        throw wrong(setting, value, String.join(", ", allowed));
      }
      return value;
    }
    String[] words = String.valueOf(kind).split(" ", 2);
    String value = given != null || words.length == 1 ? given : words[1];
    return switch (words[0]) {
      case "text" -> value;
      case "count" -> value == null ? null : count(setting, value);
      case "flag" -> value != null && flag(setting, value);
      case "variable" -> variable(setting, value);
      default -> throw new IllegalStateException("%s: %s".formatted(setting, kind));
    };
  }

  private static long count(String setting, String value) {
    if (!value.matches("[0-9]{1,6}")) {
      throw wrong(setting, value, "a whole number from 0");
    }
    return Long.parseLong(value);
  }

  private static boolean flag(String setting, String value) {
    return switch (value) {
      case "", "1", "true", "True" -> true;
      case "0", "false", "False" -> false;
      default -> throw wrong(setting, value, "true or false");
    };
  }

  /** As SGLang reads its environment: in any case of the letters. */
  private static boolean variable(String setting, String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "1", "true", "yes", "y" -> true;
      case "0", "false", "no", "n" -> false;
      default -> throw wrong(setting, value, "true, 1, yes, y, false, 0, no or n");
    };
  }

  private static ExpectException wrong(String setting, String value, String expected) {
    return new ExpectException(
        "%s is %s; expected %s".formatted(setting, ForeignText.quoted(value), expected));
  }
}
