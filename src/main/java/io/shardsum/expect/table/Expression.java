package io.shardsum.expect.table;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size or a condition, as tables write it: whole numbers, {@code 'texts'}, names, {@code
 * function(argument)}, {@code list[index]}, {@code * / % + -}, comparisons, {@code in 'some
 * words'}, {@code not}, {@code and}, {@code or}, {@code value if condition}, and {@code else},
 * which takes the place of what there is not: what config.json does not have, or no condition lets
 * through.
 */
final class Expression {
  private interface Node {
    Optional<Object> in(TableScope scope);
  }

  /** What binds less stands first. */
  private static final List<Set<String>> OPERATORS =
      List.of(
          Set.of("else"),
          Set.of("if"),
          Set.of("or"),
          Set.of("and"),
          Set.of("==", "!=", ">=", "<=", ">", "<", "in"),
          Set.of("+", "-"),
          Set.of("*", "/", "%"));

  private static final int COMPARISONS = 4;

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
    Node root = parser.operation(0);
    if (!parser.atEnd()) {
      throw parser.wrong();
    }
    return new Expression(text.strip(), root, parser.names, parser.calls);
  }

  /** Empty if the scope does not have what is needed. */
  Optional<Object> value(TableScope scope) {
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

    private boolean take(Set<String> words) {
      boolean isOne =
          tokens.find(at) && tokens.start() == at && words.contains(tokens.group().strip());
      at = isOne ? tokens.end() : at;
      return isOne;
    }

    private void require(String word) {
      if (!take(Set.of(word))) {
        throw wrong();
      }
    }

    /** Of the operators of that level, and of those that bind more. */
    Node operation(int level) {
      if (level == OPERATORS.size()) {
        return indexed();
      }
      if (level == COMPARISONS && take(Set.of("not"))) {
        Node part = operation(level);
        return scope -> part.in(scope).map(value -> !(boolean) value);
      }
      Node left = operation(level + 1);
      while (take(OPERATORS.get(level))) {
        left = joined(left, tokens.group().strip(), operation(level + 1));
      }
      return left;
    }

    private static Node joined(Node left, String sign, Node right) {
      return switch (sign) {
        case "else" -> scope -> left.in(scope).or(() -> right.in(scope));
        case "if" ->
            scope -> right.in(scope).flatMap(v -> (boolean) v ? left.in(scope) : Optional.empty());
        case "or" ->
            scope -> left.in(scope).flatMap(v -> (boolean) v ? Optional.of(v) : right.in(scope));
        case "and" ->
            scope -> left.in(scope).flatMap(v -> (boolean) v ? right.in(scope) : Optional.of(v));
        default -> {
          BinaryOperator<Object> operator = operator(sign);
          yield scope ->
              left.in(scope).flatMap(l -> right.in(scope).map(r -> operator.apply(l, r)));
        }
      };
    }

    private static BinaryOperator<Object> operator(String sign) {
      return switch (sign) {
        case "==" -> Object::equals;
        case "!=" -> (l, r) -> !l.equals(r);
        case "in" -> (l, r) -> List.of(((String) r).split(" ")).contains(l);
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

    private Node indexed() {
      Node list = primary();
      if (!take(Set.of("["))) {
        return list;
      }
      Node index = operation(COMPARISONS + 1);
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
      if (take(Set.of("("))) {
        Node inner = operation(0);
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
  }
}
