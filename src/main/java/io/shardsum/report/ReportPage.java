package io.shardsum.report;

import io.pebbletemplates.pebble.PebbleEngine;
import io.pebbletemplates.pebble.loader.ClasspathLoader;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/**
 * The page: a template with escaping, its style and scripts, and the data. A policy in the page
 * itself allows nothing but these: no request, no other script or style.
 */
final class ReportPage {

  private static final PebbleEngine ENGINE = engine();

  private ReportPage() {}

  private static PebbleEngine engine() {
    ClasspathLoader loader = new ClasspathLoader(ReportPage.class.getClassLoader());
    loader.setPrefix("report");
    return new PebbleEngine.Builder()
        .loader(loader)
        .autoEscaping(true)
        .strictVariables(true)
        .defaultLocale(Locale.ROOT)
        .build();
  }

  static String of(ScanReport report) {
    StringWriter page = new StringWriter();
    try {
      ENGINE
          .getTemplate("page.html")
          .evaluate(
              page,
              Map.of(
                  "policy", PageParts.POLICY,
                  "style", PageParts.STYLE,
                  "script", PageParts.SCRIPT,
                  "data", ReportData.json(report),
                  "screen", new FirstScreen(report)));
    } catch (IOException e) {
      throw new UncheckedIOException("A StringWriter takes everything", e);
    }
    return page.toString();
  }
}
