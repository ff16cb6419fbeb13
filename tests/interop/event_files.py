"""What TensorBoard's own reader finds in event files."""

from tensorboard.backend.event_processing import event_accumulator


def scalars(folder):
    """{tag: {step: value}} of the folder's event files."""
    accumulator = event_accumulator.EventAccumulator(str(folder), size_guidance={event_accumulator.SCALARS: 0})
    accumulator.Reload()
    return {
        tag: {event.step: event.value for event in accumulator.Scalars(tag)} for tag in accumulator.Tags()["scalars"]
    }


def plugin_data(folder, tag):
    """The bytes that a plugin finds under a tag in the folder's event files."""
    accumulator = event_accumulator.EventAccumulator(str(folder))
    accumulator.Reload()
    return accumulator.SummaryMetadata(tag).plugin_data.content
