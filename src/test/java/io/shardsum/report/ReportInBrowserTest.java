package io.shardsum.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

@ExtendWith(ReportedTables.class)
class ReportInBrowserTest {

  @TempDir static Path directory;

  private static Browser browser;
  private static Path file;

  @BeforeAll
  static void report(ReportedTables.Made made) {
    browser = Browser.start();
    file = directory.resolve("report.html");
    made.report().write(file.toString(), new Configuration());
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void nothingIsSaidOnTheConsole() {
    assertThat(browser.console()).isEmpty();
    assertThat(browser.script("return window.hacked === undefined")).isEqualTo(true);
  }

  @Test
  void saysTheVerdictFirst() {
    browser.open(file, "light");
    assertThat(browser.text("h1")).isEqualTo("chat-b does not hold what it should.");
    assertThat(browser.text(".lead"))
        .isEqualTo("4 engines are verified as a whole; 1 engine could not be checked as a whole.");
    assertThat(browser.texts(".states li"))
        .containsExactly("≠ 1 different", "∅ 1 missing", "= 4 verified");
  }

  @ParameterizedTest
  @CsvSource({"light, 1200", "dark, 1200", "light, 390", "dark, 390"})
  void hasNoSeriousFaultOfAccessibility(String colours, int width) {
    browser.width(width).open(file, colours);
    assertThat(browser.seriousFaults()).isEmpty();
    browser.find("#f1 summary").click();
    browser.find(".heat .cell.DIFFERENT").click();
    assertThat(browser.seriousFaults()).isEmpty();
    browser.width(1200);
  }

  @ParameterizedTest
  @ValueSource(ints = {390, 1200})
  void isNotWiderThanTheWindow(int width) {
    browser.width(width).open(file, "light");
    browser.script("document.querySelectorAll('details').forEach(d => d.open = true)");
    assertThat(
            browser.script(
                "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
        .isEqualTo(true);
    browser.width(1200);
  }

  @Test
  void opensARankAndFollowsItsFinding() {
    browser.open(file, "light");
    browser.find("#engine-search").sendKeys("chat-b");
    assertThat(browser.texts(".heat tbody th")).containsExactly("chat-b");
    browser.find(".heat .cell[aria-label='chat-b, rank 1: different']").click();
    assertThat(browser.text("#panel-title")).isEqualTo("chat-b, rank 1");
    assertThat(browser.text("#panel .state")).isEqualTo("≠ different");
    assertThat(browser.texts("#panel .camps tbody td.num")).containsExactly("5", "1");
    browser.find("#panel .links a").click();
    assertThat(browser.find("#panel").isDisplayed()).isFalse();
    assertThat(browser.text("details.finding[open] .kind")).isEqualTo("DAMAGED");
    assertThat(browser.find("details.finding[open] .camps").isDisplayed()).isTrue();
  }

  @Test
  void showsWhatEnginesHeld() {
    browser.open(file, "light");
    assertThat(browser.texts(".timeline thead tr:last-child th")).containsExactly("21", "23");
    assertThat(browser.texts(".timeline tbody th"))
        .containsExactly("chat-b", "chat-c", ReportedFleet.HOSTILE.get(2) + " and 3 more");
    assertThat(browser.texts(".timeline tbody td > [aria-hidden]"))
        .startsWith("+", "≠", "+", "!")
        .hasSize(5);
    assertThat(browser.find(".timeline tbody td:last-child").getAttribute("title"))
        .startsWith("drifted, differs, checksum ")
        .endsWith(": 2026-11-23 04:05 UTC");
    assertThat(browser.find(".chart").getAttribute("aria-label"))
        .isEqualTo(
            "Findings of each scan. 2026-11-21 04:05 UTC: 0 errors, 0 not checked; 2026-11-23 04:05 UTC: 8 errors, 0 not checked");
    assertThat(browser.find(".chart canvas").isDisplayed()).isTrue();
    browser.find(".timeline tbody a").click();
    assertThat(browser.texts("#panel .plain tbody tr"))
        .element(0)
        .asString()
        .isEqualTo("2026-11-23 04:05 UTC drifted 1 0, 1, 2 7 changed, 5.24 MB");
  }

  @Test
  void goesByKeyboard() {
    browser.open(file, "light");
    browser.script("document.querySelector('.heat .cell').focus()");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_RIGHT);
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
    assertThat(browser.text("#panel-title")).isEqualTo("chat-b, rank 1");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);
    assertThat(browser.find("#panel").isDisplayed()).isFalse();
    assertThat(browser.driver().switchTo().activeElement().getAttribute("aria-label"))
        .isEqualTo("chat-b, rank 1: different");
  }

  @Test
  void filtersAndSortsFindings() {
    browser.open(file, "light");
    assertThat(browser.texts(".finding")).hasSize(8);
    browser.find("#finding-search").sendKeys("experts");
    assertThat(browser.texts(".finding .tensor")).containsExactly(ReportedFleet.LARGE_TENSOR);
    assertThat(browser.text("#findings [role=status]")).isEqualTo("1 finding");
    browser.find("#finding-search").clear();
    browser.find("#finding-search").sendKeys(" ", Keys.BACK_SPACE);
    browser.find("#finding-kind option[value=MISSING_RANK]").click();
    assertThat(browser.texts(".finding .kind")).containsExactly("MISSING_RANK");
    browser.find("#finding-kind option").click();
    browser.find("#finding-order option[value=kind]").click();
    assertThat(browser.texts(".finding .kind").get(0)).isEqualTo("DAMAGED");
    assertThat(browser.texts(".finding .kind").get(7)).isEqualTo("MISSING_RANK");
  }

  @Test
  void marksTheDamagedPartOfATensor() {
    browser.open(file, "light");
    browser.find("#finding-search").sendKeys("experts");
    browser.find(".finding summary").click();
    assertThat(browser.text(".strip figcaption")).isEqualTo("Byte 5,243,879 of 5,243,880");
    assertThat(browser.find(".strip .damaged").getAttribute("x")).isEqualTo("997");
  }

  @Test
  void hostileNamesAreTextThatCanBeReadAsAWhole() {
    browser.open(file, "light");
    browser.script("document.querySelectorAll('details').forEach(d => d.open = true)");
    browser.script("document.querySelectorAll('details').forEach(d => d.open = true)");
    assertThat(browser.texts(".finding .evidence p.tensor bdi"))
        .contains(
            "<script>window.hacked = 1</script>",
            "</script><script>window.hacked = 2</script>",
            "\"><img src=x onerror=\"window.hacked = 3\">",
            "user\\u202egnp.exe \\u2066x",
            ReportedFleet.HOSTILE.get(5));
    assertThat(browser.texts(".what .tensor")).allMatch(text -> text.length() <= 64);
    assertThat(browser.script("return document.images.length")).isEqualTo(0L);
    assertThat(browser.texts(".heat tbody th")).contains("<script>window.hacked = 1</script>");
  }

  @Test
  void opensWhatItsAddressNames() {
    browser.driver().get("about:blank");
    browser.driver().get(file.toUri() + "#e1");
    assertThat(browser.text("#panel-title")).isNotEmpty();
    browser.driver().get("about:blank");
    browser.driver().get(file.toUri() + "#f8");
    assertThat(browser.find("#f8").getAttribute("open")).isNotNull();
  }

  @Test
  void policyStopsAScriptThatIsNotItsOwn() {
    browser.open(file, "light");
    Map<?, ?> result =
        (Map<?, ?>)
            browser
                .driver()
                .executeAsyncScript(
                    "const done = arguments[0];"
                        + "document.addEventListener('securitypolicyviolation', e => done({what: e.effectiveDirective}));"
                        + "const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/x';"
                        + "document.body.append(image);");
    assertThat(result.get("what")).isEqualTo("img-src");
    assertThat(browser.console()).hasSize(1);
  }
}
