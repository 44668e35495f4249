package io.shardsum.testing;

import io.shardsum.tables.TableViews;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;

/**
 * The views for ad-hoc SQL, as jobs/views makes them. Spark takes a CPU second for each of the
 * larger ones, so a test names those that it looks at.
 */
public final class Views {

  private static final Pattern NAME = Pattern.compile("TEMPORARY VIEW (\\w+)");
  private static final Pattern WORD = Pattern.compile("\\w+");

  private Views() {}

  /** A session of its own that has these views of tables, and those that they are made of. */
  public static SparkSession of(SparkSession session, Path out, String... names) {
    List<String> statements = TableViews.statements(out.toString(), TableViews.Dialect.SPARK);
    Set<String> wanted = new HashSet<>(List.of(names));
    Deque<String> needed = new ArrayDeque<>();
    for (int last = statements.size() - 1; last >= 0; last--) {
      String statement = statements.get(last);
      Matcher name = NAME.matcher(statement);
      if (name.find() && wanted.contains(name.group(1))) {
        needed.addFirst(statement);
        WORD.matcher(statement).results().map(MatchResult::group).forEach(wanted::add);
      }
    }
    SparkSession own = session.newSession();
    needed.forEach(own::sql);
    return own;
  }
}
