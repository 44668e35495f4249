/**
 * The report: what the tables say, as one HTML file that needs nothing else.
 *
 * <pre>
 * tables -> ReportReader -> ScanReport -> ReportData   (the data that the page's script shows)
 *                                      -> FirstScreen  (what is read without a script)
 *                                      -> ReportPage -> HTML
 * </pre>
 *
 * <p>The page's own parts (template, style, scripts) are under {@code /report}. The same tables
 * give the same bytes.
 */
package io.shardsum.report;
