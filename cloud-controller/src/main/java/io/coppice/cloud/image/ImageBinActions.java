package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ImageRecycleBinInfo;
import software.amazon.awssdk.services.ec2.model.ListImagesInRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.ListImagesInRecycleBinResponse;
import software.amazon.awssdk.services.ec2.model.RestoreImageFromRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.RestoreImageFromRecycleBinResponse;

/** The actions on the recycle bin of images. What comes into it is the operator's setting, for all accounts. Thread-safe. */
@ApplicationScoped
class ImageBinActions implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("imageSet");

    private final Database database;
    private final ImageBin bin;
    private final ImageStore store;
    private final EventLog events;
    private final Pages pages;

    ImageBinActions(Database database, ImageBin bin, ImageStore store, EventLog events, Pages pages) {
        this.database = database;
        this.bin = bin;
        this.store = store;
        this.events = events;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "ListImagesInRecycleBin", ListImagesInRecycleBinRequest::builder, this::list);
        registry.add(
                Service.EC2, "RestoreImageFromRecycleBin", RestoreImageFromRecycleBinRequest::builder, this::restore);
    }

    ListImagesInRecycleBinResponse list(RequestContext context, ListImagesInRecycleBinRequest request) {
        var ids = request.imageIds();
        ids.forEach(ImageNames::id);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var found = pages.read(
                page,
                (after, limit) -> bin.list(context.account(), ids, after, limit),
                each -> true,
                ImageBin.Recycled::id);
        var shown = found.map(ImageBinActions::answer);
        ids.stream()
                .filter(id -> shown.stream().noneMatch(each -> each.imageId().equals(id)))
                .findFirst()
                .ifPresent(id -> {
                    throw ImageErrors.notFound(id);
                });
        return ListImagesInRecycleBinResponse.builder()
                .images(shown)
                .nextToken(found.nextToken())
                .build();
    }

    private static ImageRecycleBinInfo answer(ImageBin.Recycled recycled) {
        return ImageRecycleBinInfo.builder()
                .imageId(recycled.id())
                .name(recycled.name())
                .description(recycled.description())
                .recycleBinEnterTime(recycled.enteredAt())
                .recycleBinExitTime(recycled.leavesAt())
                .build();
    }

    RestoreImageFromRecycleBinResponse restore(RequestContext context, RestoreImageFromRecycleBinRequest request) {
        var id = ImageNames.id(request.imageId());
        database.run(entities -> {
            var row = bin.require(entities, context.account(), id.value());
            var name = row.toImage(Map.of()).description().name();
            store.restore(entities, row);
            events.append(
                    ImageActions.cause(context, "Restore image " + id),
                    "image.restored",
                    id.value(),
                    context.account(),
                    Map.of("name", name));
        });
        return RestoreImageFromRecycleBinResponse.builder().returnValue(true).build();
    }
}
