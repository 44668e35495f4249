package io.shardsum.tables;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A statement: a file under {@code /sql}. Its header comment names its inputs; they are bound here,
 * where it is run, and nowhere else:
 *
 * <pre>{@code
 * Query.of("live/digests").with("live_contents", contents).in(session)
 * }</pre>
 *
 * <p>The header's {@code in:} lists the inputs, each with what is to be known of it in parentheses.
 * Inputs that are not bound are views of the session: those of finished scans.
 */
public final class Query {

  private static final Pattern IN =
      Pattern.compile("(?m)^-- in: (.*(?:\\n--  .*)*)", Pattern.UNIX_LINES);
  private static final Pattern IN_PARENTHESES = Pattern.compile("\\([^()]*\\)");

  /** What a statement reads, and whether it has another name for it. */
  private static final Pattern RELATION =
      Pattern.compile("\\b(FROM|JOIN)\\s+(\\w+)\\b(\\s+AS\\b)?");

  private static final AtomicLong BOUND = new AtomicLong();

  private final String file;
  private final String text;
  private final Map<String, Dataset<Row>> inputs = new LinkedHashMap<>();
  private final Map<String, Object> parameters = new LinkedHashMap<>();

  private Query(String file) {
    this.file = file;
    this.text = SqlFile.text(file);
  }

  /** The statement of a file, named without {@code .sql}: {@code live/contents}. */
  public static Query of(String file) {
    return new Query(file);
  }

  /**
   * Binds an input.
   *
   * @throws IllegalArgumentException if the statement's header does not name it
   */
  public Query with(String input, Dataset<Row> rows) {
    if (!inputs(text).contains(input)) {
      throw new IllegalArgumentException(
          "%s.sql takes %s, and not %s".formatted(file, inputs(text), input));
    }
    inputs.put(input, rows);
    return this;
  }

  /** Sets a parameter: {@code :scan_id} in the statement. */
  public Query parameter(String parameter, Object value) {
    parameters.put(parameter, value);
    return this;
  }

  /** The rows of the statement; nothing is run before they are asked for. */
  public Dataset<Row> in(SparkSession session) {
    Map<String, String> views = new HashMap<>();
    inputs.forEach(
        (input, rows) -> {
          String view = "bound_%s_%s".formatted(BOUND.incrementAndGet(), input);
          rows.createOrReplaceTempView(view);
          views.put(input, view);
        });
    return session.sql(bound(views), parameters);
  }

  /**
   * The statement over views of other names. Not with WITH: statements over statements would nest
   * it, and Spark 4.1 cannot always inline what is nested.
   */
  private String bound(Map<String, String> views) {
    return RELATION
        .matcher(text)
        .replaceAll(
            found -> {
              String view = views.get(found.group(2));
              return view == null
                  ? found.group()
                  : "%s %s %s"
                      .formatted(
                          found.group(1),
                          view,
                          found.group(3) == null ? "AS " + found.group(2) : "AS");
            });
  }

  /** The inputs that a statement's header names. */
  static Set<String> inputs(String statement) {
    Matcher in = IN.matcher(statement);
    Set<String> names = new LinkedHashSet<>();
    if (in.find()) {
      String list = in.group(1).replaceAll("\\n--", " ");
      for (String item : IN_PARENTHESES.matcher(list).replaceAll("").split("[,;]", -1)) {
        String name = item.strip();
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
    }
    return names;
  }
}
