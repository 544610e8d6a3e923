package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;

/** What a simulated guest shows: bars by the digits of its id, so that two guests look different. Pure. */
final class SimulatedScreen {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int HEX = 16;
    private static final int SHADE = 0x0f0f0f;

    private SimulatedScreen() {}

    static byte[] of(InstanceId instance) {
        var digits = instance.value().substring("i-".length());
        var picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < WIDTH; x++) {
            var shade = Character.digit(digits.charAt(x * digits.length() / WIDTH), HEX) * SHADE;
            for (int y = 0; y < HEIGHT; y++) {
                picture.setRGB(x, y, shade);
            }
        }
        try {
            return Pictures.jpeg(picture);
        } catch (IOException e) {
            throw new HypervisorException("simulated: the screen of " + instance + " could not be drawn", e);
        }
    }
}
