package io.shardsum.expect.table;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size or a condition, as tables write it: whole numbers, {@code 'texts'}, names, {@code
 * function(argument)}, {@code list[index]}, {@code * / % + -}, comparisons, {@code not}, {@code
 * and}, {@code or}, and {@code else}, which takes the place of what config.json does not have.
 */
final class Expression {

  /** What names and functions stand for; empty if config.json does not say it. */
  interface Scope {
    Optional<Object> named(String name);

    Optional<Object> called(String function, String argument);
  }

  private interface Node {
    Optional<Object> in(Scope scope);
  }

  private interface Operator {
    Object of(Object left, Object right);
  }

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<number>[0-9]+)|'(?<text>[^']*)'|(?<name>[A-Za-z_][A-Za-z0-9_.]*)"
              + "|(?<operator>==|!=|>=|<=|[-+*/%<>()\\[\\]]))");

  private final String text;
  private final Node root;
  private final Set<String> names;
  private final Map<String, String> calls;

  private Expression(String text, Node root, Set<String> names, Map<String, String> calls) {
    this.text = text;
    this.root = root;
    this.names = Collections.unmodifiableSet(names);
    this.calls = Map.copyOf(calls);
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Expression parse(String text) {
    Parser parser = new Parser(text);
    Node root = parser.alternatives();
    if (!parser.atEnd()) {
      throw parser.wrong();
    }
    return new Expression(text.strip(), root, parser.names, parser.calls);
  }

  Optional<Object> value(Scope scope) {
    return root.in(scope);
  }

  /** The names in it, from left to right. */
  Set<String> names() {
    return names;
  }

  /** The functions in it, by what they are called with. */
  Map<String, String> calls() {
    return calls;
  }

  @Override
  public String toString() {
    return text;
  }

  private static final class Parser {
    private final String text;
    private final Matcher tokens;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, String> calls = new HashMap<>();
    private int at;

    Parser(String text) {
      this.text = text;
      this.tokens = TOKEN.matcher(text);
    }

    boolean atEnd() {
      return text.substring(at).isBlank();
    }

    IllegalArgumentException wrong() {
      return new IllegalArgumentException(
          "'%s' is no expression from '%s' on".formatted(text, text.substring(at)));
    }

    private boolean take(String... words) {
      if (tokens.find(at) && tokens.start() == at) {
        String token = tokens.group().strip();
        for (String word : words) {
          if (token.equals(word)) {
            at = tokens.end();
            return true;
          }
        }
      }
      return false;
    }

    private String taken() {
      return tokens.group().strip();
    }

    Node alternatives() {
      Node left = either();
      while (take("else")) {
        Node first = left;
        Node other = either();
        left = scope -> first.in(scope).or(() -> other.in(scope));
      }
      return left;
    }

    private Node either() {
      Node left = both();
      while (take("or")) {
        Node one = left;
        Node other = both();
        left = scope -> one.in(scope).flatMap(v -> (boolean) v ? Optional.of(v) : other.in(scope));
      }
      return left;
    }

    private Node both() {
      Node left = negated();
      while (take("and")) {
        Node one = left;
        Node other = negated();
        left = scope -> one.in(scope).flatMap(v -> (boolean) v ? other.in(scope) : Optional.of(v));
      }
      return left;
    }

    private Node negated() {
      if (take("not")) {
        Node part = negated();
        return scope -> part.in(scope).map(value -> !(boolean) value);
      }
      Node left = sum();
      return take("==", "!=", ">=", "<=", ">", "<") ? joined(left, taken(), sum()) : left;
    }

    private Node sum() {
      Node left = product();
      while (take("+", "-")) {
        left = joined(left, taken(), product());
      }
      return left;
    }

    private Node product() {
      Node left = indexed();
      while (take("*", "/", "%")) {
        left = joined(left, taken(), indexed());
      }
      return left;
    }

    private static Node joined(Node left, String sign, Node right) {
      Operator operator = operator(sign);
      return scope -> left.in(scope).flatMap(l -> right.in(scope).map(r -> operator.of(l, r)));
    }

    private Node indexed() {
      Node list = primary();
      if (!take("[")) {
        return list;
      }
      Node index = sum();
      require("]");
      return scope ->
          list.in(scope).flatMap(l -> index.in(scope).map(i -> item(l, Math.toIntExact((long) i))));
    }

    /** Of a list that is too short: nothing that anything equals. */
    private static Object item(Object list, int index) {
      List<?> items = list instanceof String text ? List.of(text.split("")) : (List<?>) list;
      return index < items.size() ? items.get(index) : "";
    }

    private Node primary() {
      if (take("(")) {
        Node inner = alternatives();
        require(")");
        return inner;
      }
      if (!tokens.find(at) || tokens.start() != at || tokens.group("operator") != null) {
        throw wrong();
      }
      at = tokens.end();
      if (tokens.group("number") != null) {
        Object number = Long.parseLong(tokens.group("number"));
        return scope -> Optional.of(number);
      }
      if (tokens.group("text") != null) {
        Object value = tokens.group("text");
        return scope -> Optional.of(value);
      }
      String name = tokens.group("name");
      if (at < text.length() && text.charAt(at) == '(') {
        int end = text.indexOf(')', at);
        if (end < 0) {
          throw wrong();
        }
        String argument = text.substring(at + 1, end);
        at = end + 1;
        calls.put(argument, name);
        return scope -> scope.called(name, argument);
      }
      names.add(name);
      return scope -> scope.named(name);
    }

    private void require(String word) {
      if (!take(word)) {
        throw wrong();
      }
    }

    private static Operator operator(String sign) {
      return switch (sign) {
        case "==" -> Object::equals;
        case "!=" -> (l, r) -> !l.equals(r);
        case ">=" -> (l, r) -> (long) l >= (long) r;
        case "<=" -> (l, r) -> (long) l <= (long) r;
        case ">" -> (l, r) -> (long) l > (long) r;
        case "<" -> (l, r) -> (long) l < (long) r;
        case "+" -> (l, r) -> Math.addExact((long) l, (long) r);
        case "-" -> (l, r) -> Math.subtractExact((long) l, (long) r);
        case "*" -> (l, r) -> Math.multiplyExact((long) l, (long) r);
        case "/" -> (l, r) -> (long) l / (long) r;
        default -> (l, r) -> (long) l % (long) r;
      };
    }
  }
}
