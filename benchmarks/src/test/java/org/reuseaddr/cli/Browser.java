package org.reuseaddr.cli;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's Chromium without a window, which opens a page as a person's browser would. */
final class Browser implements AutoCloseable {

    private static final String CHROMIUM = "/usr/bin/chromium";
    private static final String CHROMEDRIVER = "/usr/bin/chromedriver";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern REQUEST = Pattern.compile("\"Network\\.requestWillBeSent\".*?\"url\":\"([^\"]*)\"");

    private final ChromeDriver driver;
    private final Path downloads;

    /** @param downloads where files go that the page hands out */
    Browser(Path downloads) {
        this.downloads = downloads;
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        logging.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1400");
        options.setExperimentalOption("prefs", Map.of("download.default_directory", downloads.toString()));
        options.setCapability("goog:loggingPrefs", logging);
        driver = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(new File(CHROMEDRIVER))
                .withSilent(true).build(), options);
    }

    Browser open(Path page) {
        driver.get(page.toUri().toString());
        return this;
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    WebElement one(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** The texts of all elements that can be seen. */
    List<String> texts(String selector) {
        return all(selector).stream().filter(WebElement::isDisplayed).map(WebElement::getText).toList();
    }

    Object script(String text) {
        return driver.executeScript(text);
    }

    void until(String what, java.util.function.BooleanSupplier condition) {
        new WebDriverWait(driver, PATIENCE).withMessage(what).until(any -> condition.getAsBoolean());
    }

    void emulate(String colourScheme) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colourScheme))));
    }

    void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    /** What axe objects to. */
    List<String> accessibilityViolations() {
        List<Rule> rules = new AxeBuilder().analyze(driver).getViolations();
        return rules.stream().map(rule -> rule.getId() + ": " + rule.getNodes()).toList();
    }

    /** Warnings and errors of the console since the last call. */
    List<String> complaints() {
        return entries(LogType.BROWSER).filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage).toList();
    }

    /** Addresses that were asked for since the last call, the pages' own files apart. */
    List<String> requests() {
        return entries(LogType.PERFORMANCE).map(entry -> REQUEST.matcher(entry.getMessage())).filter(Matcher::find)
                .map(found -> found.group(1)).filter(url -> !url.matches("(file|blob|about):.*")).toList();
    }

    private Stream<LogEntry> entries(String type) {
        return StreamSupport.stream(driver.manage().logs().get(type).spliterator(), false);
    }

    /** A file that the page handed out, once it is there. */
    Path downloaded(String name) {
        Path file = downloads.resolve(name);
        until("download of " + name, () -> Files.exists(file));
        return file;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
