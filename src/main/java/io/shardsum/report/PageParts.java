package io.shardsum.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/** Style and scripts of the page, and the policy that allows them, and only them. */
final class PageParts {

  private static final String UPLOT =
      "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/dist/";

  /** In the order in which they use each other. */
  private static final List<String> SCRIPTS =
      List.of(
          "text", "data", "evidence", "timeline", "chart", "panel", "heatmap", "findings", "main");

  /** One style sheet. */
  static final String STYLE =
      resource(UPLOT + "uPlot.min.css") + "\n" + resource("/report/page.css");

  /** One script. */
  static final String SCRIPT =
      SCRIPTS.stream()
          .map(name -> resource("/report/" + name + ".js"))
          .collect(
              Collectors.joining(
                  "\n",
                  resource(UPLOT + "uPlot.iife.min.js") + "\n(() => {\n\"use strict\";\n",
                  "})();\n"));

  /** The content security policy. */
  static final String POLICY =
      "default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
          .formatted(hash(SCRIPT), hash(STYLE));

  private PageParts() {}

  private static String uplotVersion() {
    Properties maven = new Properties();
    String file = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
    try (InputStream properties = PageParts.class.getResourceAsStream(file)) {
      maven.load(properties);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
    return maven.getProperty("version");
  }

  private static String resource(String name) {
    try (InputStream file = PageParts.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name, e);
    }
  }

  private static String hash(String part) {
    return "sha256-" + Base64.getEncoder().encodeToString(DigestUtils.sha256(part));
  }
}
