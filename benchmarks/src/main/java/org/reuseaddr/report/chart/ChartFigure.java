package org.reuseaddr.report.chart;

import java.awt.Dimension;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/**
 * A chart with what is said beside it.
 *
 * @param name of its files, without an ending; unique in a report
 * @param title what it shows
 * @param explanation how to read it
 * @param chart the picture
 * @param width in CSS pixels
 * @param height in CSS pixels
 */
public record ChartFigure(String name, String title, String explanation, JFreeChart chart, int width, int height) {

    private static final String SVG = "http://www.w3.org/2000/svg";
    /** Pixels of a PNG for one CSS pixel, so that it is sharp on a fine screen. */
    private static final int SCALE = 2;
    /** Fonts of the same width: the text was laid out in one of them, on Debian in DejaVu Sans. */
    private static final String FONTS = "DejaVu Sans, Verdana, sans-serif";
    private static final Pattern RGB = Pattern.compile("rgb\\((\\d+),(\\d+),(\\d+)\\)");
    private static final List<String> COLOURS = List.of("fill", "stroke");

    /** The picture as an SVG element; colours are attributes, so that a page's style can replace them. */
    public String inlineSvg() {
        Document document = emptyDocument();
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
        context.setComment(null);
        SVGGraphics2D graphics = new SVGGraphics2D(context, false);
        graphics.setSVGCanvasSize(new Dimension(width, height));
        chart.draw(graphics, new Rectangle(width, height));
        Element root = graphics.getRoot();
        root.setAttribute("viewBox", "0 0 " + width + " " + height);
        root.setAttribute("role", "img");
        root.setAttribute("aria-label", title);
        tidy(root);
        return text(root);
    }

    /** The picture as an SVG file. */
    public String svgFile() {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + inlineSvg() + "\n";
    }

    /** The picture as a PNG file. */
    public byte[] pngFile() {
        BufferedImage image = chart.createBufferedImage(width * SCALE, height * SCALE, width, height, null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.setUseCache(false);
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** Makes ids unique among the pictures of a page, and colours what CSS selectors can name. */
    private void tidy(Node node) {
        NamedNodeMap attributes = node.getAttributes();
        for (int i = 0; attributes != null && i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            String value = attribute.getValue();
            if (attribute.getName().equals("id")) {
                attribute.setValue(name + "-" + value);
            } else if (value.startsWith("url(#")) {
                attribute.setValue(value.replace("url(#", "url(#" + name + "-"));
            } else if (attribute.getName().equals("font-family")) {
                attribute.setValue(FONTS);
            } else if (COLOURS.contains(attribute.getName())) {
                attribute.setValue(hexadecimal(value));
            }
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            tidy(child);
        }
    }

    private static String hexadecimal(String colour) {
        Matcher rgb = RGB.matcher(colour);
        return !rgb.matches() ? colour : String.format("#%02x%02x%02x", Integer.parseInt(rgb.group(1)),
                Integer.parseInt(rgb.group(2)), Integer.parseInt(rgb.group(3)));
    }

    private static Document emptyDocument() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation()
                    .createDocument(SVG, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java platform makes XML documents", e);
        }
    }

    private static String text(Element root) {
        try {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(root), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException("every Java platform writes XML documents", e);
        }
    }
}
